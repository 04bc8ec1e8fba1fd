#include "bench.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static const char *value_of(const char *argument, const char *name) {
    size_t len = strlen(name);
    return strncmp(argument, name, len) == 0 && argument[len] == '=' ? argument + len + 1 : NULL;
}

bench_t bench_arguments(int argc, char **argv) {
    bench_t bench = {.client = "onsmq",
                     .address = "127.0.0.1:9876",
                     .topic = "bench",
                     .server = "unknown",
                     .scenario = "async",
                     .messages = 100000,
                     .body = 128,
                     .threads = 1,
                     .in_flight = 10000,
                     .many = 1000,
                     .rate = 1000,
                     .producers = 1,
                     .topics = 1,
                     .seconds = 30};
    struct {
        const char *name;
        const char **text;
        size_t *number;
    } known[] = {{"address", &bench.address, NULL},     {"topic", &bench.topic, NULL},
                 {"server", &bench.server, NULL},       {"scenario", &bench.scenario, NULL},
                 {"messages", NULL, &bench.messages},   {"body", NULL, &bench.body},
                 {"threads", NULL, &bench.threads},     {"in_flight", NULL, &bench.in_flight},
                 {"many", NULL, &bench.many},           {"rate", NULL, &bench.rate},
                 {"producers", NULL, &bench.producers}, {"topics", NULL, &bench.topics},
                 {"seconds", NULL, &bench.seconds}};
    for (int at = 1; at < argc; ++at) {
        if (strcmp(argv[at], "--") == 0) {
            bench.properties = argv + at + 1;
            bench.property_count = argc - at - 1;
            break;
        }
        size_t name = 0;
        for (; name < sizeof known / sizeof *known; ++name) {
            const char *value = value_of(argv[at], known[name].name);
            if (value != NULL && known[name].text != NULL) {
                *known[name].text = value;
                break;
            }
            if (value != NULL) {
                *known[name].number = strtoul(value, NULL, 10);
                break;
            }
        }
        if (name == sizeof known / sizeof *known) {
            fprintf(stderr, "unknown argument %s\n", argv[at]);
            exit(2);
        }
    }
    uint8_t *bytes = malloc(bench.body);
    memset(bytes, 'x', bench.body);
    bench.bytes = bytes;
    return bench;
}

bench_mark_t bench_now(void) {
    struct timespec time;
    struct rusage usage;
    clock_gettime(CLOCK_MONOTONIC, &time);
    getrusage(RUSAGE_SELF, &usage);
    double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                 (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    return (bench_mark_t){(double)time.tv_sec + (double)time.tv_nsec / 1e9, cpu};
}

static int compare(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void percentile(const char *name, double *times, size_t count, size_t percent) {
    if (times == NULL || count == 0) {
        printf("\"%s\":null,", name);
    } else {
        printf("\"%s\":%.1f,", name, times[count * percent / 100]);
    }
}

double bench_status(const char *name) {
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    double number = 0;
    while (status != NULL && fgets(line, sizeof line, status) != NULL) {
        if (strncmp(line, name, strlen(name)) == 0) {
            number = strtod(line + strlen(name), NULL);
            break;
        }
    }
    if (status != NULL) {
        fclose(status);
    }
    return number;
}

void bench_report(const bench_t *bench, bench_mark_t begun, double *times_us, size_t count) {
    bench_mark_t ended = bench_now();
    double wall = ended.wall_s - begun.wall_s;
    double messages = (double)bench->messages;
    if (times_us != NULL) {
        qsort(times_us, count, sizeof *times_us, compare);
    }
    printf("{\"client\":\"%s\",\"language\":\"C\",\"scenario\":\"%s\",\"body_bytes\":%zu,"
           "\"threads\":%zu,\"messages\":%zu,\"msg_per_s\":%.0f,",
           bench->client, bench->scenario, bench->body, bench->threads, bench->messages,
           messages / wall);
    percentile("p50_us", times_us, count, 50);
    percentile("p99_us", times_us, count, 99);
    printf("\"client_cpu_s_per_1M\":%.3f,\"client_rss_mib\":%.1f,\"server\":\"%s\"}\n",
           (ended.cpu_s - begun.cpu_s) / messages * 1e6, bench_status("VmHWM:") / 1024,
           bench->server);
    fflush(stdout);
}

void bench_check(ons_error_t *error) {
    if (error != NULL) {
        ons_view_t text = ons_error_message(error);
        fprintf(stderr, "%.*s\n", (int)text.len, (const char *)text.data);
        exit(1);
    }
}

static void set(ons_config_t *config, const char *key, size_t key_len, const char *value) {
    bench_check(ons_config_set(config, key, key_len, value, strlen(value)));
}

ons_config_t *bench_config(const bench_t *bench) {
    ons_config_t *config = ons_config_new();
    set(config, "NAMESRV_ADDR", 12, bench->address);
    set(config, "GROUP_ID", 8, "GID_bench");
    for (int at = 0; at < bench->property_count; ++at) {
        const char *equals = strchr(bench->properties[at], '=');
        if (equals == NULL) {
            fprintf(stderr, "%s is no key=value\n", bench->properties[at]);
            exit(2);
        }
        set(config, bench->properties[at], (size_t)(equals - bench->properties[at]), equals + 1);
    }
    return config;
}

static bool is(const bench_t *bench, const char *scenario) {
    return strcmp(bench->scenario, scenario) == 0;
}

ons_producer_t *bench_producer(const bench_t *bench) {
    ons_config_t *config = bench_config(bench);
    ons_producer_t *producer = NULL;
    bench_check(is(bench, "ordered") ? ons_order_producer_new(config, &producer)
                                     : ons_producer_new(config, &producer));
    ons_config_free(config);
    bench_check(ons_producer_start(producer));
    /* Makes the topic, the connection and the route. */
    ons_message_t *message = bench_message(bench);
    bench_check(ons_message_set_sharding_key(message, ONS_STR("warm-up")));
    for (int at = 0; at < 100; ++at) {
        bench_check(ons_producer_send(producer, message, NULL));
    }
    ons_message_free(message);
    return producer;
}

ons_consumer_t *bench_consumer(const bench_t *bench, ons_listener_fn listener) {
    ons_config_t *config = bench_config(bench);
    ons_consumer_t *consumer = NULL;
    if (is(bench, "lists")) {
        bench_check(ons_batch_consumer_new(config, &consumer));
    } else if (is(bench, "ordered-drain")) {
        bench_check(ons_order_consumer_new(config, &consumer));
    } else {
        bench_check(ons_consumer_new(config, &consumer));
    }
    ons_config_free(config);
    bench_check(ons_consumer_subscribe(consumer, bench->topic, strlen(bench->topic), ONS_STR("*"),
                                       listener, NULL, NULL));
    bench_check(ons_consumer_start(consumer));
    return consumer;
}

ons_message_t *bench_message(const bench_t *bench) {
    ons_message_t *message = NULL;
    bench_check(
        ons_message_new(bench->topic, strlen(bench->topic), bench->bytes, bench->body, &message));
    return message;
}
