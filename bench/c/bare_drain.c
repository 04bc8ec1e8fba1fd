/*
 * The ceiling of drains: `messages` that a topic holds, by prepared pulls of up to `many`, one
 * under way for each queue, whose answers are read and dropped.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "requests.h"
#include "wire.h"

enum { SUCCESS = 0, PULL_NOT_FOUND = 19 };

int main(int argc, char **argv) {
    bench_t bench = bench_arguments(argc, argv);
    bench.client = "bare";
    holder_t holder = wire_holder(&bench);
    wire_t *wire = wire_open(holder.address);
    pulls_t *queues = calloc(holder.queues, sizeof *queues);
    size_t open = holder.queues, received = 0;
    bench_mark_t begun = bench_now();
    for (size_t queue = 0; queue < holder.queues; ++queue) {
        queues[queue] = pulls_of(&bench, queue, 0);
        pull_from(wire, &queues[queue], 0);
    }
    while (received < bench.messages && open > 0) {
        part_t header = wire_answer(wire);
        size_t code = wire_number(header, "\"code\":");
        pulls_t *pulls = &queues[wire_number(header, "\"opaque\":")];
        size_t next = wire_number(header, "\"nextBeginOffset\":\"");
        if (code == PULL_NOT_FOUND) {
            --open;
            continue;
        }
        received += code == SUCCESS ? next - pulls->offset : 0;
        pull_from(wire, pulls, next);
    }
    if (received < bench.messages) {
        fprintf(stderr, "the topic holds no more than %zu messages\n", received);
        return 1;
    }
    bench_report(&bench, begun, NULL, 0);
    for (size_t queue = 0; queue < holder.queues; ++queue) {
        free(queues[queue].frame);
    }
    free(queues);
    wire_close(wire);
    return 0;
}
