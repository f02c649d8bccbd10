// Lets threads of libfabric wait for events instead of asking for them without a pause.
//
// NIXL's progress thread of its LIBFABRIC back end calls libfabric in a loop, and libfabric's provider for TCP then calls
// epoll_wait with a time limit of 0. Each engine so occupies one core, also while it is idle. Two engines would leave
// nothing of two cores for computing. With this library, preloaded, such a call waits up to 200 us. An event ends the
// wait at once, so it delays no transfer; it can delay another call of the same libfabric domain by the rest of the wait.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

static const struct timespec WAIT = {.tv_nsec = 200000};

static int is_libfabric(const void *address) {
  Dl_info caller;
  return dladdr(address, &caller) && caller.dli_fname && strstr(caller.dli_fname, "/libfabric.so");
}

int epoll_wait(int epoll, struct epoll_event *events, int count, int timeout) {
  if (timeout == 0 && is_libfabric(__builtin_return_address(0))) return epoll_pwait2(epoll, events, count, &WAIT, NULL);
  return epoll_pwait(epoll, events, count, timeout, NULL);
}
