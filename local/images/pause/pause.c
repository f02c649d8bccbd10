/*
 * Holds the namespaces of a pod. Waits until it receives SIGTERM or SIGINT, and reaps the orphans of a shared process
 * namespace, whose first process it is.
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
    /* Blocks the signals and waits for them. With handlers, a signal could arrive between a check and a sleep. */
    sigprocmask(SIG_BLOCK, &awaited, NULL);
    for (;;) {
        int arrived = sigwaitinfo(&awaited, NULL);
        if (arrived == SIGTERM || arrived == SIGINT)
            return 0;
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
    }
}
