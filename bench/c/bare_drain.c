/*
 * The ceiling of drains: `messages` that a topic holds, by prepared pulls of up to `many`, one
 * under way for each queue, whose answers are read and dropped.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "wire.h"

enum { SUCCESS = 0, PULL_NOT_FOUND = 19, PULL_MESSAGE = 11, OFFSET_DIGITS = 12 };

static const char OFFSET[] = "queueOffset";

/* The pulls of one queue. */
typedef struct {
    uint8_t *frame;
    size_t len;
    /* Where the offset is written, over that of the pull before. */
    char *digits;
    size_t offset;
} pulls_t;

static pulls_t pulls_of(const bench_t *bench, size_t queue) {
    char zeros[32], id[32], most[32];
    snprintf(zeros, sizeof zeros, "%0*d", OFFSET_DIGITS, 0);
    snprintf(id, sizeof id, "%zu", queue);
    snprintf(most, sizeof most, "%zu", bench->many);
    const field_t fields[] = {
        {OFFSET, zeros},       {"consumerGroup", "GID_bench"}, {"topic", bench->topic},
        {"queueId", id},       {"maxMsgNums", most},           {"sysFlag", "4"},
        {"commitOffset", "0"}, {"suspendTimeoutMillis", "0"},  {"subscription", "*"},
        {"subVersion", "0"},   {"expressionType", "TAG"}};
    pulls_t pulls = {.offset = 0};
    pulls.frame = wire_frame(PULL_MESSAGE, queue, fields, sizeof fields / sizeof *fields, NULL, 0,
                             &pulls.len);
    char *at = (char *)pulls.frame;
    while (memcmp(at, OFFSET, sizeof OFFSET - 1) != 0) {
        ++at;
    }
    /* Behind the name and the length of the value. */
    pulls.digits = at + sizeof OFFSET - 1 + 4;
    return pulls;
}

static void pull_from(wire_t *wire, pulls_t *pulls, size_t offset) {
    char digits[32];
    snprintf(digits, sizeof digits, "%0*zu", OFFSET_DIGITS, offset);
    memcpy(pulls->digits, digits, OFFSET_DIGITS);
    pulls->offset = offset;
    wire_send(wire, pulls->frame, pulls->len);
}

int main(int argc, char **argv) {
    bench_t bench = bench_arguments(argc, argv);
    bench.client = "bare";
    holder_t holder = wire_holder(&bench);
    wire_t *wire = wire_open(holder.address);
    pulls_t *queues = calloc(holder.queues, sizeof *queues);
    size_t open = holder.queues, received = 0;
    bench_mark_t begun = bench_now();
    for (size_t queue = 0; queue < holder.queues; ++queue) {
        queues[queue] = pulls_of(&bench, queue);
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
