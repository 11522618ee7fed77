/* Preloaded: the FAIL_AT-th fsync or fdatasync of the process fails with EIO, or, with FAIL_HOW=kill, is its last deed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_int calls;

static int meets(void) {
    const char *at = getenv("FAIL_AT"), *how = getenv("FAIL_HOW");
    if (at == NULL || atomic_fetch_add(&calls, 1) + 1 != atoi(at)) return 0;
    if (how != NULL && strcmp(how, "kill") == 0) kill(getpid(), SIGKILL);
    (void)!write(2, "fsync failed here\n", 18);
    errno = EIO;
    return 1;
}

int fsync(int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    return meets() ? -1 : real(fd);
}

int fdatasync(int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    return meets() ? -1 : real(fd);
}
