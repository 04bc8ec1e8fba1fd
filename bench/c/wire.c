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

uint8_t *wire_frame(int code, size_t opaque, const char *fields, const uint8_t *body,
                    size_t body_len, size_t *len) {
    char header[2048];
    int header_len = snprintf(header, sizeof header,
                              "{\"code\":%d,\"language\":\"RUST\",\"version\":407,\"opaque\":%zu,"
                              "\"flag\":0,\"extFields\":{%s},\"serializeTypeCurrentRPC\":\"JSON\"}",
                              code, opaque, fields);
    uint32_t length = htonl((uint32_t)(4 + header_len + (int)body_len));
    uint32_t mark = htonl((uint32_t)header_len);
    *len = 8 + (size_t)header_len + body_len;
    uint8_t *out = malloc(*len);
    memcpy(out, &length, 4);
    memcpy(out + 4, &mark, 4);
    memcpy(out + 8, header, (size_t)header_len);
    if (body_len > 0) {
        memcpy(out + 8 + header_len, body, body_len);
    }
    return out;
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
    char fields[256];
    snprintf(fields, sizeof fields, "\"topic\":\"%s\",\"acceptStandardJsonOnly\":\"true\"",
             bench->topic);
    size_t len;
    uint8_t *request = wire_frame(105, 0, fields, NULL, 0, &len);
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
