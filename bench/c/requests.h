/* The requests that the bare programs prepare. */
#ifndef REQUESTS_H
#define REQUESTS_H

#include <stddef.h>
#include <stdint.h>

#include "bench.h"
#include "wire.h"

/* A request for queue `queue` that stores `many` messages. The caller frees it. */
uint8_t *send_of(const bench_t *bench, size_t queue, size_t many, size_t *len);

/* The pulls of one queue. */
typedef struct {
    uint8_t *frame;
    size_t len;
    /* Where the offset is written, over that of the pull before. */
    char *digits;
    size_t offset;
} pulls_t;

/* Pulls of up to `many` messages, which the broker holds for so long where there is none. The
   caller frees the frame. */
pulls_t pulls_of(const bench_t *bench, size_t queue, size_t held_ms);
void pull_from(wire_t *wire, pulls_t *pulls, size_t offset);

#endif
