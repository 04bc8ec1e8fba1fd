/* What the bare programs speak: prepared frames, and answers of which little is looked at. */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench.h"

/* A connection, and what came on it. */
typedef struct {
    int peer;
    /* What of `bytes` is still to be read. */
    size_t at;
    size_t have;
    /* How much of the last answer's body is still to come. */
    size_t body;
    char bytes[1 << 18];
    /* What is put and not sent. */
    size_t waiting;
    uint8_t out[1 << 17];
} wire_t;

/* What a request says of itself. */
typedef struct {
    const char *name;
    const char *value;
} field_t;

/* A part of an answer: for as long as nothing else is read. */
typedef struct {
    const char *text;
    size_t len;
} part_t;

/* The broker that holds a topic, as the name server knows it. */
typedef struct {
    char address[128];
    size_t queues;
} holder_t;

/* The caller closes it. */
wire_t *wire_open(const char *address);
void wire_close(wire_t *wire);
holder_t wire_holder(const bench_t *bench);

/* A frame with a binary header, which costs servers the least. The caller frees it. */
uint8_t *wire_frame(int code, size_t opaque, const field_t *fields, size_t field_count,
                    const uint8_t *body, size_t body_len, size_t *len);
void wire_send(wire_t *wire, const uint8_t *frame, size_t len);
/* The same, once enough is put or what is put is flushed. */
void wire_put(wire_t *wire, const uint8_t *frame, size_t len);
void wire_flush(wire_t *wire);
/* Whether the next answer is there already. */
bool wire_has_answer(const wire_t *wire);
/* The next answer's header; its body is dropped. */
part_t wire_answer(wire_t *wire);
/* The number that follows a text in a header. */
size_t wire_number(part_t header, const char *after);
void wire_fail(const char *what);

#endif
