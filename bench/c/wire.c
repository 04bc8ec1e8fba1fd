#define _POSIX_C_SOURCE 200809L
#include "wire.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void wire_fail(const char *what) {
    perror(what);
    exit(1);
}

wire_t *wire_open(const char *address) {
    char host[64];
    const char *colon = strrchr(address, ':');
    snprintf(host, sizeof host, "%.*s", (int)(colon - address), address);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(colon + 1))};
    inet_pton(AF_INET, host, &to.sin_addr);
    wire_t *wire = calloc(1, sizeof *wire);
    int on = 1;
    wire->peer = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(wire->peer, (struct sockaddr *)&to, sizeof to) != 0) {
        wire_fail(address);
    }
    setsockopt(wire->peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return wire;
}

void wire_close(wire_t *wire) {
    close(wire->peer);
    free(wire);
}

static uint8_t *put(uint8_t *out, size_t value, size_t bytes) {
    for (size_t at = bytes; at-- > 0;) {
        *out++ = (uint8_t)(value >> (8 * at));
    }
    return out;
}

static uint8_t *put_text(uint8_t *out, const char *text, size_t length_bytes) {
    size_t len = strlen(text);
    out = put(out, len, length_bytes);
    memcpy(out, text, len);
    return out + len;
}

uint8_t *wire_frame(int code, size_t opaque, const field_t *fields, size_t field_count,
                    const uint8_t *body, size_t body_len, size_t *len) {
    enum { RUST = 12, VERSION = 407, BINARY = 1, BEFORE_FIELDS = 21 };
    size_t fields_len = 0;
    for (size_t at = 0; at < field_count; ++at) {
        fields_len += 6 + strlen(fields[at].name) + strlen(fields[at].value);
    }
    size_t header_len = BEFORE_FIELDS + fields_len;
    *len = 8 + header_len + body_len;
    uint8_t *frame = malloc(*len), *out = frame;
    out = put(out, 4 + header_len + body_len, 4);
    out = put(out, BINARY, 1);
    out = put(out, header_len, 3);
    out = put(out, (size_t)code, 2);
    out = put(out, RUST, 1);
    out = put(out, VERSION, 2);
    out = put(out, opaque, 4);
    /* No flag, and no remark. */
    out = put(out, 0, 4);
    out = put(out, 0, 4);
    out = put(out, fields_len, 4);
    for (size_t at = 0; at < field_count; ++at) {
        out = put_text(out, fields[at].name, 2);
        out = put_text(out, fields[at].value, 4);
    }
    if (body_len > 0) {
        memcpy(out, body, body_len);
    }
    return frame;
}

void wire_send(wire_t *wire, const uint8_t *frame, size_t len) {
    for (size_t at = 0; at < len;) {
        ssize_t more = send(wire->peer, frame + at, len - at, 0);
        if (more <= 0) {
            wire_fail("send");
        }
        at += (size_t)more;
    }
}

void wire_flush(wire_t *wire) {
    wire_send(wire, wire->out, wire->waiting);
    wire->waiting = 0;
}

void wire_put(wire_t *wire, const uint8_t *frame, size_t len) {
    if (wire->waiting + len > sizeof wire->out) {
        wire_flush(wire);
    }
    if (len > sizeof wire->out) {
        wire_send(wire, frame, len);
        return;
    }
    memcpy(wire->out + wire->waiting, frame, len);
    wire->waiting += len;
}

/* Reads until so many bytes are there, in one piece. */
static const char *need(wire_t *wire, size_t count) {
    while (wire->have - wire->at < count) {
        if (wire->at > 0) {
            memmove(wire->bytes, wire->bytes + wire->at, wire->have - wire->at);
            wire->have -= wire->at;
            wire->at = 0;
        }
        ssize_t more =
            recv(wire->peer, wire->bytes + wire->have, sizeof wire->bytes - wire->have, 0);
        if (more <= 0) {
            wire_fail("recv");
        }
        wire->have += (size_t)more;
    }
    return wire->bytes + wire->at;
}

static uint32_t number_at(const char *bytes) {
    uint32_t number;
    memcpy(&number, bytes, sizeof number);
    return ntohl(number);
}

bool wire_has_answer(const wire_t *wire) {
    size_t there = wire->have - wire->at;
    if (there < wire->body + 8) {
        return false;
    }
    return there - wire->body >= 4 + number_at(wire->bytes + wire->at + wire->body);
}

part_t wire_answer(wire_t *wire) {
    while (wire->body > 0) {
        need(wire, 1);
        size_t there = wire->have - wire->at;
        size_t dropped = there < wire->body ? there : wire->body;
        wire->at += dropped;
        wire->body -= dropped;
    }
    const char *start = need(wire, 8);
    size_t length = number_at(start), header_len = number_at(start + 4) & 0xffffff;
    const char *header = need(wire, 8 + header_len) + 8;
    wire->at += 8 + header_len;
    wire->body = length - 4 - header_len;
    return (part_t){header, header_len};
}

/* What follows a text, or NULL. */
static const char *after(part_t part, const char *text) {
    size_t len = strlen(text);
    for (size_t at = 0; at + len < part.len; ++at) {
        if (memcmp(part.text + at, text, len) == 0) {
            return part.text + at + len;
        }
    }
    return NULL;
}

size_t wire_number(part_t header, const char *text) {
    const char *number = after(header, text);
    /* A header ends with a brace, so the number ends before it does. */
    return number == NULL ? 0 : strtoul(number, NULL, 10);
}

holder_t wire_holder(const bench_t *bench) {
    const field_t fields[] = {{"topic", bench->topic}, {"acceptStandardJsonOnly", "true"}};
    size_t len;
    uint8_t *request = wire_frame(105, 0, fields, 2, NULL, 0, &len);
    wire_t *wire = wire_open(bench->address);
    wire_send(wire, request, len);
    free(request);
    wire_answer(wire);
    part_t body = {need(wire, wire->body), wire->body};
    const char *address = after(body, "\"0\":\"");
    if (address == NULL) {
        fprintf(stderr, "no route for %s\n", bench->topic);
        exit(1);
    }
    holder_t holder = {.queues = wire_number(body, "\"readQueueNums\":")};
    size_t address_len = strcspn(address, "\"");
    snprintf(holder.address, sizeof holder.address, "%.*s", (int)address_len, address);
    wire_close(wire);
    return holder;
}
