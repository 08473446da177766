/* storm PID SIGNAL: sends the signal again and again, as fast as can be, until nobody is there. */
#include <signal.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  while (kill(atoi(argv[1]), atoi(argv[2])) == 0) continue;
  return 0;
}
