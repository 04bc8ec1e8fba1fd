#define _POSIX_C_SOURCE 200809L
#include "requests.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PULL_MESSAGE = 11, OFFSET_DIGITS = 12 };

static const char OFFSET[] = "queueOffset";

pulls_t pulls_of(const bench_t *bench, size_t queue, size_t held_ms) {
    char zeros[32], id[32], most[32], held[32];
    snprintf(zeros, sizeof zeros, "%0*d", OFFSET_DIGITS, 0);
    snprintf(id, sizeof id, "%zu", queue);
    snprintf(most, sizeof most, "%zu", bench->many);
    snprintf(held, sizeof held, "%zu", held_ms);
    const field_t fields[] = {
        {OFFSET, zeros},       {"consumerGroup", "GID_bench"}, {"topic", bench->topic},
        {"queueId", id},       {"maxMsgNums", most},           {"sysFlag", held_ms > 0 ? "6" : "4"},
        {"commitOffset", "0"}, {"suspendTimeoutMillis", held}, {"subscription", "*"},
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

void pull_from(wire_t *wire, pulls_t *pulls, size_t offset) {
    char digits[32];
    snprintf(digits, sizeof digits, "%0*zu", OFFSET_DIGITS, offset);
    memcpy(pulls->digits, digits, OFFSET_DIGITS);
    pulls->offset = offset;
    wire_send(wire, pulls->frame, pulls->len);
}

static void put(uint8_t **out, uint32_t value) {
    value = htonl(value);
    memcpy(*out, &value, 4);
    *out += 4;
}

uint8_t *send_of(const bench_t *bench, size_t queue, size_t many, size_t *len) {
    static const char properties[] = "UNIQ_KEY\0017F00000165F6227C24E177BF81F20000\002";
    size_t property_len = sizeof properties - 1;
    size_t entry = 22 + bench->body + property_len;
    size_t body_len = many == 1 ? bench->body : many * entry;
    uint8_t *body = malloc(body_len), *at = body;
    memset(body, 'x', body_len);
    for (size_t each = 0; many > 1 && each < many; ++each) {
        put(&at, (uint32_t)entry);
        put(&at, 0);
        put(&at, 0);
        put(&at, 0);
        put(&at, (uint32_t)bench->body);
        at += bench->body;
        uint16_t length = htons((uint16_t)property_len);
        memcpy(at, &length, 2);
        memcpy(at + 2, properties, property_len);
        at += 2 + property_len;
    }
    char number[32];
    snprintf(number, sizeof number, "%zu", queue);
    const field_t fields[] = {{"a", "GID_bench"},     {"b", bench->topic},
                              {"c", "TBW102"},        {"d", "4"},
                              {"e", number},          {"f", "0"},
                              {"g", "1795426177144"}, {"h", "0"},
                              {"i", properties},      {"j", "0"},
                              {"k", "false"},         {"m", many == 1 ? "false" : "true"}};
    uint8_t *request = wire_frame(many == 1 ? 310 : 320, 1, fields, sizeof fields / sizeof *fields,
                                  body, body_len, len);
    free(body);
    return request;
}
