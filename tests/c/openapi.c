/*
 * Asks a console what each line of standard input says, and prints what became of it on a line:
 * `openapi ENDPOINT ACCESS_KEY SECRET_KEY`, in: OPERATION (tab KEY tab VALUE)..., out: see `show`.
 */
#include <stdarg.h>

#include "support.h"

#define MOST 16

typedef struct {
    ons_view_t operation;
    ons_view_t keys[MOST];
    ons_view_t values[MOST];
    size_t count;
} call_t;

/* What became of a call in the background. */
typedef struct {
    counter_t *done;
    char *line;
} told_t;

static const char *operation(const call_t *call) { return (const char *)call->operation.data; }

/* The next part of a line, up to a tab; ends the line where there is none. */
static int part(char **rest, ons_view_t *view) {
    char *start = *rest;
    if (start == NULL) {
        return 0;
    }
    size_t length = strcspn(start, "\t\n");
    *rest = start[length] == '\t' ? start + length + 1 : NULL;
    view->data = (const uint8_t *)start;
    view->len = length;
    return 1;
}

static call_t parse(char *line) {
    call_t call = {.count = 0};
    CHECK(part(&line, &call.operation));
    while (call.count < MOST && part(&line, &call.keys[call.count])) {
        CHECK(part(&line, &call.values[call.count]));
        call.count += 1;
    }
    return call;
}

static char *text(const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    size_t size = (size_t)vsnprintf(NULL, 0, format, arguments) + 1;
    char *made = malloc(size);
    CHECK(made != NULL);
    vsnprintf(made, size, format, again);
    va_end(again);
    va_end(arguments);
    return made;
}

#define VIEW(view) (int)(view).len, (const char *)(view).data

/* One of the two on a line. They are freed. */
static char *show(ons_openapi_result_t *result, ons_error_t *error) {
    char *line;
    if (error == NULL) {
        ons_view_t data = ons_openapi_result_data(result);
        line = text(
            "ok\t%.*s\t%.*s\t%lld\t%lld\t%lld\t%.*s", VIEW(ons_openapi_result_request_id(result)),
            VIEW(ons_openapi_result_message(result)), (long long)ons_openapi_result_total(result),
            (long long)ons_openapi_result_current_page(result),
            (long long)ons_openapi_result_page_size(result), VIEW(data));
    } else {
        CHECK(result == NULL);
        line =
            text("error\t%.*s\t%.*s\t%.*s\t%.*s\t%.*s", VIEW(ons_code_name(ons_error_code(error))),
                 VIEW(ons_error_operation(error)), VIEW(ons_error_openapi_code(error)),
                 VIEW(ons_error_request_id(error)), VIEW(ons_error_remedy(error)));
    }
    ons_openapi_result_free(result);
    ons_error_free(error);
    return line;
}

static char *ask(const ons_openapi_t *client, const call_t *call) {
    ons_openapi_result_t *result = NULL;
    ons_error_t *error = ons_openapi_call(client, operation(call), call->operation.len, call->keys,
                                          call->values, call->count, &result);
    return show(result, error);
}

static void answered(void *userdata, ons_openapi_result_t *result, ons_error_t *error) {
    told_t *told = userdata;
    told->line = show(result, error);
}

static void release(void *userdata) { counter_add(((told_t *)userdata)->done, 1); }

static char *ask_async(const ons_openapi_t *client, const call_t *call) {
    counter_t done = COUNTER;
    told_t told = {&done, NULL};
    OK(ons_openapi_call_async(client, operation(call), call->operation.len, call->keys,
                              call->values, call->count, answered, &told, release));
    /* Its userdata is destroyed last. */
    CHECK(counter_wait(&done, 1, 60));
    return told.line;
}

/* What callers get wrong. */
static void misuse(const ons_openapi_t *client) {
    const ons_view_t keys[] = {ONS_VIEW("topic")};
    const ons_view_t bad[] = {{(const uint8_t *)"\xff", 1}};
    ons_openapi_result_t *result = NULL;
    ons_openapi_t *made = NULL;
    FAILS(ons_openapi_new(NULL, &made), ONS_CODE_INVALID_ARGUMENT, "config");
    ons_config_t *empty = ons_config_new();
    FAILS(ons_openapi_new(empty, NULL), ONS_CODE_INVALID_ARGUMENT, "out");
    FAILS(ons_openapi_new(empty, &made), ONS_CODE_CONFIGURATION, "AccessKey");
    ons_config_free(empty);
    FAILS(ons_openapi_call(NULL, ONS_STR("topic/get"), NULL, NULL, 0, &result),
          ONS_CODE_INVALID_ARGUMENT, "client");
    FAILS(ons_openapi_call(client, NULL, 3, NULL, NULL, 0, &result), ONS_CODE_INVALID_ARGUMENT,
          "operation");
    FAILS(ons_openapi_call(client, ONS_STR("topic/get"), NULL, NULL, 1, &result),
          ONS_CODE_INVALID_ARGUMENT, "keys");
    FAILS(ons_openapi_call(client, ONS_STR("topic/get"), keys, bad, 1, &result),
          ONS_CODE_INVALID_ARGUMENT, "values[0]");
    FAILS(ons_openapi_call(client, ONS_STR("topic/get"), NULL, NULL, 0, &result),
          ONS_CODE_INVALID_ARGUMENT, "topic is missing");
    counter_t done = COUNTER;
    told_t told = {&done, NULL};
    FAILS(ons_openapi_call_async(client, ONS_STR("topic/get"), keys, keys, 1, NULL, &told, release),
          ONS_CODE_INVALID_ARGUMENT, "callback");
    CHECK(counter_wait(&done, 1, 10));
    OK(ons_openapi_call(client, ONS_STR("topic/get"), keys, keys, 1, NULL));
    CHECK(result == NULL && made == NULL);
    CHECK(view_is(ons_openapi_result_data(NULL), "") && ons_openapi_result_total(NULL) == 0);
    CHECK(view_is(ons_error_openapi_code(NULL), "") && view_is(ons_error_remedy(NULL), ""));
    ons_openapi_free(NULL);
    ons_openapi_result_free(NULL);
}

int main(int argc, char **argv) {
    CHECK(argc >= 4);
    ons_config_t *config = ons_config_new();
    OK(ons_config_set(config, ONS_STR("Endpoint"), ONS_CSTR(argv[1])));
    OK(ons_config_set(config, ONS_STR("AccessKey"), ONS_CSTR(argv[2])));
    OK(ons_config_set(config, ONS_STR("SecretKey"), ONS_CSTR(argv[3])));
    ons_openapi_t *client = NULL;
    OK(ons_openapi_new(config, &client));
    ons_config_free(config);
    if (argc > 4) {
        misuse(client);
    }
    static char line[4096];
    while (fgets(line, sizeof line, stdin) != NULL) {
        const call_t call = parse(line);
        char *now = ask(client, &call), *later = ask_async(client, &call);
        CHECK(strcmp(now, later) == 0);
        puts(now);
        free(now);
        free(later);
    }
    ons_openapi_free(client);
    return 0;
}
