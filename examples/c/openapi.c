/*
 * Makes a topic by the Open API of a console, and shows the backlog of a group.
 *
 *     openapi ENDPOINT TOPIC INSTANCE GROUP
 *
 * The account is in the environment, as ONS_ACCESS_KEY and ONS_SECRET_KEY. Without a console of
 * your own: tests/console/console.py prints its ENDPOINT, and its account is in its head.
 */
#include <stdio.h>
#include <stdlib.h>

#include "onsmq.h"

#define SHOW(view) (int)(view).len, (const char *)(view).data

/* Prints an error and ends. */
static void check(ons_error_t *error) {
    if (error == NULL) {
        return;
    }
    ons_view_t name = ons_code_name(ons_error_code(error));
    ons_view_t text = ons_error_message(error);
    fprintf(stderr, "%.*s: %.*s\n", SHOW(name), SHOW(text));
    ons_error_free(error);
    exit(1);
}

static ons_view_t view(const char *text) {
    ons_view_t view = {(const uint8_t *)text, strlen(text)};
    return view;
}

static ons_openapi_t *connect(const char *endpoint) {
    const char *access_key = getenv("ONS_ACCESS_KEY"), *secret_key = getenv("ONS_SECRET_KEY");
    if (access_key == NULL || secret_key == NULL) {
        fprintf(stderr, "set ONS_ACCESS_KEY and ONS_SECRET_KEY\n");
        exit(2);
    }
    ons_config_t *config = ons_config_new();
    check(ons_config_set(config, ONS_STR("Endpoint"), ONS_CSTR(endpoint)));
    check(ons_config_set(config, ONS_STR("AccessKey"), ONS_CSTR(access_key)));
    check(ons_config_set(config, ONS_STR("SecretKey"), ONS_CSTR(secret_key)));
    ons_openapi_t *console = NULL;
    check(ons_openapi_new(config, &console));
    ons_config_free(config);
    return console;
}

static void create(const ons_openapi_t *console, const char *topic, const char *instance) {
    const ons_view_t keys[] = {ONS_VIEW("topic"), ONS_VIEW("instanceId")};
    const ons_view_t values[] = {view(topic), view(instance)};
    ons_error_t *error = ons_openapi_call(console, ONS_STR("topic/create"), keys, values, 2, NULL);
    /* A write is never sent again by itself: the topic may have been there before. */
    ons_view_t code = ons_error_openapi_code(error);
    const char existed[] = "BIZ_TOPIC_EXISTED";
    if (code.len == strlen(existed) && memcmp(code.data, existed, code.len) == 0) {
        printf("exists    %s\n", topic);
        ons_error_free(error);
        return;
    }
    check(error);
    printf("created   %s\n", topic);
}

static void show_backlog(const ons_openapi_t *console, const char *group) {
    const ons_view_t keys[] = {ONS_VIEW("consumerId"), ONS_VIEW("detail")};
    const ons_view_t values[] = {view(group), ONS_VIEW("true")};
    ons_openapi_result_t *result = NULL;
    check(ons_openapi_call(console, ONS_STR("consumer/accumulate"), keys, values, 2, &result));
    ons_view_t data = ons_openapi_result_data(result);
    printf("backlog   %.*s\n", SHOW(data));
    ons_openapi_result_free(result);
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "openapi ENDPOINT TOPIC INSTANCE GROUP\n");
        return 2;
    }
    ons_openapi_t *console = connect(argv[1]);
    create(console, argv[2], argv[3]);
    show_backlog(console, argv[4]);
    ons_openapi_free(console);
    return 0;
}
