#include "support.h"

void fails(ons_error_t *error, ons_code_t expected, const char *words, const char *file, int line) {
    if (error == NULL) {
        fprintf(stderr, "%s:%d: did not fail\n", file, line);
        exit(1);
    }
    ons_view_t text = ons_error_message(error);
    char copy[1024];
    snprintf(copy, sizeof copy, "%.*s", (int)text.len, (const char *)text.data);
    if (ons_error_code(error) != expected || strstr(copy, words) == NULL) {
        fprintf(stderr, "%s:%d: code %d (%d is due), without `%s`: %s\n", file, line,
                (int)ons_error_code(error), (int)expected, words, copy);
        exit(1);
    }
    ons_view_t name = ons_code_name(expected);
    printf("  %.*s: %s\n", (int)name.len, (const char *)name.data, copy);
    ons_error_free(error);
}

int view_is_bytes(ons_view_t view, const void *data, size_t len) {
    return view.len == len && memcmp(view.data, data, len) == 0;
}

int view_is(ons_view_t view, const char *text) { return view_is_bytes(view, text, strlen(text)); }

ons_config_t *config(const char *address, const char *group) {
    ons_config_t *made = ons_config_new();
    OK(ons_config_set(made, ONS_STR("NAMESRV_ADDR"), ONS_CSTR(address)));
    OK(ons_config_set(made, ONS_STR("GROUP_ID"), ONS_CSTR(group)));
    return made;
}

ons_producer_t *start_producer(const char *address, const char *group) {
    ons_config_t *made = config(address, group);
    OK(ons_config_set(made, ONS_STR("SendMsgTimeoutMillis"), ONS_STR("10000")));
    ons_producer_t *producer = NULL;
    OK(ons_producer_new(made, &producer));
    ons_config_free(made);
    OK(ons_producer_start(producer));
    return producer;
}

void counter_add(counter_t *counter, size_t more) {
    pthread_mutex_lock(&counter->mutex);
    counter->count += more;
    pthread_cond_broadcast(&counter->changed);
    pthread_mutex_unlock(&counter->mutex);
}

int counter_wait(counter_t *counter, size_t wanted, int seconds) {
    struct timespec deadline;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += seconds;
    pthread_mutex_lock(&counter->mutex);
    while (counter->count < wanted &&
           pthread_cond_timedwait(&counter->changed, &counter->mutex, &deadline) == 0) {
    }
    int reached = counter->count >= wanted;
    pthread_mutex_unlock(&counter->mutex);
    return reached;
}

/* Most are small, one in a hundred is up to 1 MiB, and both ends are met. */
size_t body_size(size_t index) {
    if (index == 0) {
        return 1;
    }
    if (index % 100 == 99) {
        return index % 1000 == 999 ? 1024 * 1024 : (index * 7919) % (512 * 1024) + 1;
    }
    return (index * 2654435761u) % 4000 + 1;
}

/* Text for the even ones, any bytes for the others. */
void fill_body(size_t index, uint8_t *body) {
    static const char text[] = "消息体 😀 ";
    size_t size = body_size(index);
    uint32_t state = (uint32_t)index * 2891336453u + 1;
    for (size_t at = 0; at < size; ++at) {
        state = state * 1664525u + 1013904223u;
        body[at] = index % 2 == 0 ? (uint8_t)text[at % (sizeof text - 1)] : (uint8_t)(state >> 24);
    }
}

static const char *const TAGS[] = {"TagA", "TagB", "标签", ""};

ons_message_t *make_message(const char *topic, size_t index) {
    char text[64];
    uint8_t *body = malloc(body_size(index));
    fill_body(index, body);
    ons_message_t *message = NULL;
    OK(ons_message_new(ONS_CSTR(topic), body, body_size(index), &message));
    free(body);
    OK(ons_message_set_tag(message, ONS_CSTR(TAGS[index % 4])));
    snprintf(text, sizeof text, "key-%zu 键", index);
    OK(ons_message_set_key(message, ONS_CSTR(text)));
    snprintf(text, sizeof text, "%zu", index);
    OK(ons_message_set_property(message, ONS_STR("index"), ONS_CSTR(text)));
    OK(ons_message_set_property(message, ONS_STR("名 = ;"), ONS_STR(" 值 😀\n")));
    return message;
}

static void count_property(void *count, ons_view_t name, ons_view_t value) {
    CHECK(name.len > 0 && value.len > 0);
    ++*(size_t *)count;
}

size_t check_message(const ons_message_t *message, const char *topic) {
    char text[64];
    ons_view_t index_text = ons_message_property(message, ONS_STR("index"));
    CHECK(index_text.len > 0 && index_text.len < 20);
    snprintf(text, sizeof text, "%.*s", (int)index_text.len, (const char *)index_text.data);
    size_t index = strtoull(text, NULL, 10);

    CHECK(view_is(ons_message_topic(message), topic));
    CHECK(view_is(ons_message_tag(message), TAGS[index % 4]));
    snprintf(text, sizeof text, "key-%zu 键", index);
    CHECK(view_is(ons_message_key(message), text));
    CHECK(view_is(ons_message_property(message, ONS_STR("名 = ;")), " 值 😀\n"));
    size_t properties = 0;
    ons_message_each_property(message, count_property, &properties);
    CHECK(properties == 2);

    uint8_t *body = malloc(body_size(index));
    fill_body(index, body);
    CHECK(view_is_bytes(ons_message_body(message), body, body_size(index)));
    free(body);

    int64_t now = (int64_t)time(NULL) * 1000;
    CHECK(ons_message_born_timestamp(message) > now - 600000);
    CHECK(ons_message_born_timestamp(message) < now + 60000);
    CHECK(ons_message_store_timestamp(message) > now - 600000);
    CHECK(memcmp(ons_message_born_host(message).data, "127.0.0.1:", 10) == 0);
    CHECK(ons_message_broker_name(message).len > 0);
    CHECK(ons_message_queue_id(message) >= 0 && ons_message_queue_offset(message) >= 0);
    CHECK(ons_message_id(message).len == 32);
    return index;
}
