/* What the programs of this folder have in common: arguments, clocks, and the line they print. */
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>

#include "onsmq.h"

/* What is measured: from the command line, as name=value. */
typedef struct {
    const char *client;
    const char *address;
    const char *topic;
    const char *server;
    const char *scenario;
    size_t messages;
    size_t body;
    /* As many, for as long as the program runs. */
    const uint8_t *bytes;
    size_t threads;
    size_t in_flight;
    size_t many;
    size_t rate;
    size_t producers;
    size_t topics;
    size_t seconds;
    /* Properties for the client, as key=value after a "--". */
    char **properties;
    int property_count;
} bench_t;

/* A point in time, and what the process had used by then. */
typedef struct {
    double wall_s;
    double cpu_s;
} bench_mark_t;

bench_t bench_arguments(int argc, char **argv);
bench_mark_t bench_now(void);

/* Prints what was measured since `begun` as one JSON object on a line. `times_us` may be NULL; it
   is sorted. */
void bench_report(const bench_t *bench, bench_mark_t begun, double *times_us, size_t count);

/* A number of /proc/self/status, 0 if it is not there: "VmHWM:" is the most memory that this
   program had, in KiB. Not ru_maxrss, which has that of who started it. */
double bench_status(const char *name);

ons_config_t *bench_config(const bench_t *bench);
ons_producer_t *bench_producer(const bench_t *bench);
/* A running consumer of the topic: of lists, or in order, where the scenario says so. */
ons_consumer_t *bench_consumer(const bench_t *bench, ons_listener_fn listener);
ons_message_t *bench_message(const bench_t *bench);
void bench_check(ons_error_t *error);

#endif
