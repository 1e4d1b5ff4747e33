// Uses the whole C interface. Prints one line for each check that fails, and exits with 1 if any did.
//
//     test FOLDER     the folder for its files, which must exist
#define _POSIX_C_SOURCE 200809L
#include "fasttrain.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int failures = 0;
static int checks = 0;

static void check(bool holds, const char *what, const char *found, int line) {
    checks++;
    if (holds) return;
    failures++;
    fprintf(stderr, "test.c:%d: %s, found %.200s\n", line, what, found ? found : "nothing");
}

#define CHECK(condition) check(condition, #condition, "otherwise", __LINE__)

// A call that must succeed.
#define OK(call)                                     \
    do {                                             \
        char *message = NULL;                        \
        int32_t status = call;                       \
        check(status == 0, #call, message, __LINE__); \
        CHECK(message == NULL);                      \
        fasttrain_text_release(message);             \
    } while (0)

// A call that must fail with a status, and with a message that contains a text.
#define FAILS(expected, text, call)                                                  \
    do {                                                                             \
        char *message = NULL;                                                        \
        int32_t status = call;                                                       \
        check(status == expected, #call " fails with " #expected, message, __LINE__); \
        check(message != NULL && strstr(message, text) != NULL, text, message, __LINE__); \
        fasttrain_text_release(message);                                             \
    } while (0)

static void expect_text(const char *json, const char *text, int line) {
    check(json != NULL && strstr(json, text) != NULL, text, json, line);
}

#define HAS(json, text) expect_text(json, text, __LINE__)

// MARK: - Data

enum { ROWS = 300, TEST_ROWS = 60, FEATURES = 3 };

static float features[ROWS * FEATURES];
static int64_t labels[ROWS];
static float numbers[ROWS * 2];
static float weights[ROWS];
static int released = 0;

static void count_release(void *context) { (*(int *)context)++; }

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void fill(void) {
    uint32_t state = 1;
    for (int row = 0; row < ROWS; row++) {
        float *x = features + row * FEATURES;
        for (int column = 0; column < FEATURES; column++) x[column] = (float)next_random(&state) / (1 << 23) - 1;
        labels[row] = x[0] * x[1] > 0;
        numbers[2 * row] = x[0] - 2 * x[2];
        numbers[2 * row + 1] = 0.5f * x[1] + 1;
        weights[row] = 1;
    }
}

static fasttrain_rows rows_of(int first, int count) {
    return (fasttrain_rows){
        .count = (size_t)count,
        .features = features + first * FEATURES,
        .features_type = FASTTRAIN_F32,
        .targets = labels + first,
        .targets_type = FASTTRAIN_I64,
        .weights = weights + first,
        .release = count_release,
        .context = &released,
    };
}

static void check_datasets(const char *folder) {
    const char *description = "{\"name\": \"points\", \"feature_shape\": [3], \"classes\": [\"no\", \"yes\"]}";
    fasttrain_rows train = rows_of(0, ROWS - TEST_ROWS);
    fasttrain_rows test = rows_of(ROWS - TEST_ROWS, TEST_ROWS);
    fasttrain_dataset *dataset = NULL;
    OK(fasttrain_dataset_make(description, &train, &test, &dataset, &message));
    CHECK(released == 0);
    char *json = NULL;
    OK(fasttrain_dataset_describe(dataset, &json, &message));
    HAS(json, "\"train_rows\":240");
    HAS(json, "\"test_rows\":60");
    HAS(json, "\"classes\":[\"no\",\"yes\"]");
    fasttrain_text_release(json);

    char path[4096];
    snprintf(path, sizeof path, "%s/points.safetensors", folder);
    OK(fasttrain_dataset_write(dataset, path, &message));
    fasttrain_dataset_release(dataset);
    CHECK(released == 2);
    OK(fasttrain_dataset_open(path, true, &dataset, &message));
    OK(fasttrain_dataset_describe(dataset, &json, &message));
    HAS(json, "\"feature_shape\":[3]");
    fasttrain_text_release(json);
    fasttrain_dataset_release(dataset);

    // Without names, the labels tell the number of classes.
    released = 0;
    dataset = NULL;
    OK(fasttrain_dataset_make("{\"feature_shape\": [3]}", &train, NULL, &dataset, &message));
    OK(fasttrain_dataset_describe(dataset, &json, &message));
    HAS(json, "\"classes\":[\"0\",\"1\"]");
    fasttrain_text_release(json);
    fasttrain_dataset_release(dataset);
    CHECK(released == 1);

    // The rows are released after each failure, too.
    released = 0;
    dataset = NULL;
    labels[7] = 2;
    FAILS(FASTTRAIN_BAD_DATA, "points, row 7: expected", fasttrain_dataset_make(
        description, &train, NULL, &dataset, &message));
    labels[7] = 0;
    features[5] = NAN;
    FAILS(FASTTRAIN_BAD_DATA, "finite", fasttrain_dataset_make(description, &train, NULL, &dataset, &message));
    features[5] = 0;
    train.features = (const char *)features + 1;
    FAILS(FASTTRAIN_BAD_DATA, "aligned", fasttrain_dataset_make(description, &train, NULL, &dataset, &message));
    train.features = NULL;
    FAILS(FASTTRAIN_USAGE, "train.features: expected a pointer, found NULL", fasttrain_dataset_make(
        description, &train, NULL, &dataset, &message));
    train = rows_of(0, ROWS);
    train.count = SIZE_MAX;
    FAILS(FASTTRAIN_BAD_DATA, "train.x", fasttrain_dataset_make(description, &train, NULL, &dataset, &message));
    train.count = 0;
    FAILS(FASTTRAIN_BAD_DATA, "train.x", fasttrain_dataset_make(description, &train, NULL, &dataset, &message));
    train = rows_of(0, ROWS);
    train.targets_type = (fasttrain_type)9;
    FAILS(FASTTRAIN_USAGE, "train.targets_type", fasttrain_dataset_make(description, &train, NULL, &dataset, &message));
    train = rows_of(0, ROWS);
    FAILS(FASTTRAIN_BAD_DATA, "feature_shape", fasttrain_dataset_make("{}", &train, NULL, &dataset, &message));
    FAILS(FASTTRAIN_BAD_DATA, "'colour'", fasttrain_dataset_make(
        "{\"feature_shape\": [3], \"colour\": 1}", &train, NULL, &dataset, &message));
    FAILS(FASTTRAIN_USAGE, "train: expected a pointer", fasttrain_dataset_make(
        description, NULL, NULL, &dataset, &message));
    CHECK(released == 9);
    CHECK(dataset == NULL);
    FAILS(FASTTRAIN_NO_INPUT, "nothing.safetensors", fasttrain_dataset_open(
        "nothing.safetensors", false, &dataset, &message));
    CHECK(fasttrain_dataset_open("nothing.safetensors", false, &dataset, NULL) == FASTTRAIN_NO_INPUT);
    FAILS(FASTTRAIN_USAGE, "dataset: expected a pointer", fasttrain_dataset_describe(NULL, &json, &message));
    FAILS(FASTTRAIN_USAGE, "path: expected UTF-8", fasttrain_dataset_open("\xff", false, &dataset, &message));
    fasttrain_dataset_release(NULL);
}

// MARK: - Training

typedef struct {
    int epochs, saved, epochs_until_stop;
} progress_count;

static bool count_progress(void *context, const char *event) {
    progress_count *count = context;
    if (strstr(event, "\"event\":\"epoch\"")) count->epochs++;
    if (strstr(event, "\"event\":\"saved\"")) count->saved++;
    return count->epochs_until_stop > 0 && count->epochs == count->epochs_until_stop;
}

static const char *recipe =
    "{\"hidden\": [16], \"epochs\": 30, \"batch_size\": 32, \"validation\": 0, \"learning_rate\": 0.01}";

static fasttrain_dataset *points(void) {
    fasttrain_rows train = rows_of(0, ROWS - TEST_ROWS);
    fasttrain_rows test = rows_of(ROWS - TEST_ROWS, TEST_ROWS);
    fasttrain_dataset *dataset = NULL;
    const char *description = "{\"feature_shape\": [3], \"classes\": [\"no\", \"yes\"]}";
    OK(fasttrain_dataset_make(description, &train, &test, &dataset, &message));
    return dataset;
}

// The weight of the first layer.
static void first_weight(const fasttrain_model *model, float *values) {
    OK(fasttrain_model_parameter(model, "0.weight", values, 16 * FEATURES, &message));
}

// A process that is forked from one that has trained can train, too. Without the alarm, one that cannot would wait
// forever.
static void check_fork(const fasttrain_dataset *dataset, const float *expected) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        alarm(300);
        fasttrain_model *model = NULL;
        float values[16 * FEATURES];
        bool is_same = fasttrain_train(recipe, dataset, "{\"threads\": 3}", NULL, NULL, &model, NULL, NULL) == 0
            && fasttrain_model_parameter(model, "0.weight", values, 16 * FEATURES, NULL) == 0
            && memcmp(values, expected, sizeof values) == 0;
        _exit(is_same ? 0 : 1);
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void check_training(const char *folder) {
    fasttrain_dataset *dataset = points();
    progress_count count = {0};
    fasttrain_model *model = NULL;
    char *result = NULL;
    OK(fasttrain_train(recipe, dataset, "{\"threads\": 2}", count_progress, &count, &model, &result, &message));
    CHECK(count.epochs == 30 && count.saved == 0);
    HAS(result, "\"ended_by\":\"epochs\"");
    HAS(result, "\"epoch\":30");
    HAS(result, "\"test\":{");
    fasttrain_text_release(result);
    float straight[16 * FEATURES], resumed[16 * FEATURES];
    first_weight(model, straight);
    fasttrain_model_release(model);

    // Stopped and resumed, on another number of threads, the run gives the same bits.
    char path[4096], options[8192];
    snprintf(path, sizeof path, "%s/run", folder);
    snprintf(options, sizeof options, "{\"threads\": 1, \"output\": \"%s\"}", path);
    count = (progress_count){.epochs_until_stop = 12};
    model = NULL;
    OK(fasttrain_train(recipe, dataset, options, count_progress, &count, &model, &result, &message));
    HAS(result, "\"ended_by\":\"interrupted\"");
    HAS(result, "/run/checkpoints/step-");
    fasttrain_text_release(result);
    fasttrain_model_release(model);
    count = (progress_count){0};
    OK(fasttrain_resume(path, dataset, "{\"threads\": 2}", count_progress, &count, &model, &result, &message));
    HAS(result, "\"ended_by\":\"epochs\"");
    CHECK(count.saved > 0);
    fasttrain_text_release(result);
    first_weight(model, resumed);
    CHECK(memcmp(straight, resumed, sizeof straight) == 0);
    fasttrain_model_release(model);

    check_fork(dataset, straight);

    // What nobody needs may be NULL.
    OK(fasttrain_train("{\"epochs\": 1}", dataset, NULL, NULL, NULL, NULL, NULL, &message));

    model = NULL;
    FAILS(FASTTRAIN_USAGE, "batch_size: expected a number from 1", fasttrain_train(
        "{\"batch_size\": 0}", dataset, NULL, NULL, NULL, &model, NULL, &message));
    FAILS(FASTTRAIN_BAD_DATA, "'layers'", fasttrain_train(
        "{\"layers\": [3]}", dataset, NULL, NULL, NULL, &model, NULL, &message));
    FAILS(FASTTRAIN_BAD_DATA, "recipe", fasttrain_train("{", dataset, NULL, NULL, NULL, &model, NULL, &message));
    FAILS(FASTTRAIN_USAGE, "recipe: expected a text", fasttrain_train(
        NULL, dataset, NULL, NULL, NULL, &model, NULL, &message));
    FAILS(FASTTRAIN_BAD_DATA, "'treads'", fasttrain_train(
        recipe, dataset, "{\"treads\": 2}", NULL, NULL, &model, NULL, &message));
    FAILS(FASTTRAIN_USAGE, "threads: expected", fasttrain_train(
        recipe, dataset, "{\"threads\": -1}", NULL, NULL, &model, NULL, &message));
    FAILS(FASTTRAIN_USAGE, "checkpoint_every: expected at least 1", fasttrain_train(
        recipe, dataset, "{\"checkpoint_every\": 0}", NULL, NULL, &model, NULL, &message));
    FAILS(FASTTRAIN_CANNOT_CREATE, "/run", fasttrain_train(
        recipe, dataset, options, NULL, NULL, &model, NULL, &message));
    FAILS(FASTTRAIN_DIVERGED, "diverged", fasttrain_train(
        "{\"learning_rate\": 1e30, \"optimizer\": \"sgd\", \"loss\": \"squared-error\"}", dataset, NULL, NULL, NULL, &model,
        NULL, &message));
    FAILS(FASTTRAIN_NO_INPUT, "nowhere", fasttrain_resume(
        "nowhere", dataset, NULL, NULL, NULL, &model, NULL, &message));
    CHECK(model == NULL);
    fasttrain_dataset_release(dataset);
}

// MARK: - Models

static void check_models(const char *folder) {
    fasttrain_dataset *dataset = points();
    fasttrain_model *model = NULL;
    OK(fasttrain_train(recipe, dataset, NULL, NULL, NULL, &model, NULL, &message));
    char *json = NULL;
    OK(fasttrain_model_describe(model, &json, &message));
    HAS(json, "{\"name\":\"0.weight\",\"shape\":[16,3]}");
    HAS(json, "\"probabilities\":true");
    fasttrain_text_release(json);
    OK(fasttrain_model_evaluate(model, dataset, true, 0, &json, &message));
    HAS(json, "\"accuracy\":0.9");
    fasttrain_text_release(json);
    float values[16 * FEATURES];
    FAILS(FASTTRAIN_USAGE, "one of 0.weight, 0.bias", fasttrain_model_parameter(
        model, "1.weight", values, 48, &message));
    FAILS(FASTTRAIN_USAGE, "count: expected 48", fasttrain_model_parameter(model, "0.weight", values, 47, &message));

    char path[4096];
    snprintf(path, sizeof path, "%s/model.safetensors", folder);
    OK(fasttrain_model_save(model, path, &message));
    fasttrain_model *read = NULL;
    OK(fasttrain_model_open(path, &read, &message));
    float same[16 * FEATURES];
    first_weight(model, values);
    first_weight(read, same);
    CHECK(memcmp(values, same, sizeof values) == 0);
    FAILS(FASTTRAIN_CANNOT_CREATE, "none/model", fasttrain_model_save(model, "none/model", &message));
    fasttrain_model_release(read);

    // A predictor keeps its model.
    fasttrain_predictor *predictor = NULL;
    OK(fasttrain_predictor_make(model, &predictor, &message));
    fasttrain_model_release(model);
    float few[4 * 2], many[ROWS * 2];
    OK(fasttrain_predictor_predict(predictor, features, FASTTRAIN_F32, 4, 1, few, &message));
    OK(fasttrain_predictor_predict(predictor, features, FASTTRAIN_F32, ROWS, 2, many, &message));
    CHECK(memcmp(few, many, sizeof few) == 0);
    for (int row = 0; row < ROWS; row++) CHECK(fabsf(many[2 * row] + many[2 * row + 1] - 1) < 1e-6f);
    FAILS(FASTTRAIN_USAGE, "U8", fasttrain_predictor_predict(predictor, features, FASTTRAIN_U8, 4, 0, few, &message));
    FAILS(FASTTRAIN_USAGE, "rows: expected at least 1", fasttrain_predictor_predict(
        predictor, features, FASTTRAIN_F32, 0, 0, few, &message));
    FAILS(FASTTRAIN_USAGE, "rows: expected at least 1", fasttrain_predictor_predict(
        predictor, features, FASTTRAIN_F32, SIZE_MAX / 2, 0, few, &message));
    FAILS(FASTTRAIN_USAGE, "aligned", fasttrain_predictor_predict(
        predictor, (const char *)features + 1, FASTTRAIN_F32, 4, 0, few, &message));
    features[1] = INFINITY;
    FAILS(FASTTRAIN_BAD_DATA, "finite", fasttrain_predictor_predict(
        predictor, features, FASTTRAIN_F32, 4, 0, few, &message));
    features[1] = 0;
    fasttrain_predictor_release(predictor);
    fasttrain_dataset_release(dataset);
}

// Numbers to predict, and 8-bit features.
static void check_regression(void) {
    fasttrain_rows train = rows_of(0, ROWS);
    train.targets = numbers;
    train.targets_type = FASTTRAIN_F32;
    train.weights = NULL;
    fasttrain_dataset *dataset = NULL;
    const char *description = "{\"feature_shape\": [3], \"targets\": [\"a\", \"b\"]}";
    OK(fasttrain_dataset_make(description, &train, NULL, &dataset, &message));
    char *result = NULL;
    fasttrain_model *model = NULL;
    OK(fasttrain_train(
        "{\"hidden\": [], \"epochs\": 100, \"batch_size\": 10, \"validation\": 0.2, \"learning_rate\": 0.01}",
        dataset, NULL, NULL, NULL, &model, &result, &message));
    HAS(result, "\"r2\":0.99");
    fasttrain_text_release(result);
    fasttrain_predictor *predictor = NULL;
    OK(fasttrain_predictor_make(model, &predictor, &message));
    float found[2];
    OK(fasttrain_predictor_predict(predictor, features + 30, FASTTRAIN_F32, 1, 0, found, &message));
    CHECK(fabsf(found[0] - numbers[20]) < 0.05f && fabsf(found[1] - numbers[21]) < 0.05f);
    fasttrain_predictor_release(predictor);
    fasttrain_model_release(model);
    fasttrain_dataset_release(dataset);

    OK(fasttrain_dataset_sample(&dataset, &message));
    OK(fasttrain_train("{\"hidden\": [32], \"epochs\": 1}", dataset, NULL, NULL, NULL, &model, NULL, &message));
    OK(fasttrain_predictor_make(model, &predictor, &message));
    uint8_t image[784] = {0};
    float digits[10];
    OK(fasttrain_predictor_predict(predictor, image, FASTTRAIN_U8, 1, 0, digits, &message));
    fasttrain_predictor_release(predictor);
    fasttrain_model_release(model);
    fasttrain_dataset_release(dataset);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: test FOLDER\n");
        return 64;
    }
    CHECK(fasttrain_abi() == FASTTRAIN_ABI);
    CHECK(strchr(fasttrain_version(), '.') != NULL);
    fasttrain_text_release(NULL);
    fill();
    check_datasets(argv[1]);
    check_training(argv[1]);
    check_models(argv[1]);
    check_regression();
    printf("%d of %d checks passed\n", checks - failures, checks);
    return failures > 0;
}
