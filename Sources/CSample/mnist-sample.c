#include "CSample.h"

// #embed is C23, which the package does not otherwise ask for; clang knows it in every version of the language.
#pragma clang diagnostic ignored "-Wc23-extensions"

static _Alignas(64) const unsigned char sample[] = {
#embed "mnist-sample.safetensors"
};

const void *fasttrain_mnist_sample(void) { return sample; }

size_t fasttrain_mnist_sample_size(void) { return sizeof sample; }
