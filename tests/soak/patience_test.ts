/** The faults that take as long as koordinator's own patience, at its real length. */
import { SLOW_ROWS } from "../../tools/scripted_cluster/faults.ts";
import { type Played, playRunning, playWaiting } from "../support/played.ts";
import { sideBySide } from "../support/side_by_side.ts";

const faulted = ({ server }: Played) => server.faulted;

Deno.test("koordinator does its job in spite of what nobody answers", (test) =>
  sideBySide(
    test,
    SLOW_ROWS.flatMap(({ fault, inject, says }) =>
      [playWaiting, playRunning].map((play) => ({
        name: `${fault} (${play.name})`,
        fn: () => play({ inject }, says, faulted),
      }))
    ),
  ));
