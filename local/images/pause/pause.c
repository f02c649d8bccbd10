/*
 * The process that holds a pod's namespaces. It does nothing until it is told to end, and takes in the orphans that a
 * shared process namespace hands to its first process.
 */
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    sigset_t awaited;
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGTERM);
    sigaddset(&awaited, SIGINT);
    sigaddset(&awaited, SIGCHLD);
    /* Blocked and waited for, not handled: nothing can arrive between a check and a sleep. */
    sigprocmask(SIG_BLOCK, &awaited, NULL);
    for (;;) {
        int arrived = sigwaitinfo(&awaited, NULL);
        if (arrived == SIGTERM || arrived == SIGINT)
            return 0;
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
    }
}
