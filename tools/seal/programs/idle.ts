// Does nothing, for ever: the least that Deno's runtime can be asked for.
setInterval(() => {}, 100_000_000);
