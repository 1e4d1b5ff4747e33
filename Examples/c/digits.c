// Trains on the built-in handwritten digits, saves the model, and classifies an image.
#include <fasttrain.h>
#include <stdio.h>
#include <stdlib.h>

// Ends the program with the library's message if a call failed.
static void expect(int32_t status, char *message) {
    if (status == FASTTRAIN_OK) return;
    fprintf(stderr, "digits: %s\n", message);
    exit(status);
}

static bool show(void *context, const char *event) {
    (void)context;
    fprintf(stderr, "%s\n", event);
    return false;  // go on
}

int main(void) {
    char *message = NULL, *result = NULL;
    fasttrain_dataset *digits = NULL;
    expect(fasttrain_dataset_sample(&digits, &message), message);

    fasttrain_model *model = NULL;
    const char *recipe = "{\"hidden\": [128], \"epochs\": 10, \"seed\": 1}";
    expect(fasttrain_train(recipe, digits, NULL, show, NULL, &model, &result, &message), message);
    printf("%s\n", result);
    fasttrain_text_release(result);
    expect(fasttrain_model_save(model, "digits.safetensors", &message), message);

    fasttrain_predictor *predictor = NULL;
    expect(fasttrain_predictor_make(model, &predictor, &message), message);
    uint8_t image[28 * 28] = {0};
    for (int row = 5; row < 23; row++) image[row * 28 + 14] = image[row * 28 + 15] = 255;
    float probabilities[10];
    expect(fasttrain_predictor_predict(predictor, image, FASTTRAIN_U8, 1, 0, probabilities, &message), message);
    int best = 0;
    for (int digit = 1; digit < 10; digit++) {
        if (probabilities[digit] > probabilities[best]) best = digit;
    }
    printf("a vertical line is a %d with a probability of %.2f\n", best, probabilities[best]);

    fasttrain_predictor_release(predictor);
    fasttrain_model_release(model);
    fasttrain_dataset_release(digits);
}
