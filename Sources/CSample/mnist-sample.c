#include "CSample.h"

static _Alignas(64) const unsigned char sample[] = {
#embed "mnist-sample.safetensors"
};

const void *fasttrain_mnist_sample(void) { return sample; }

size_t fasttrain_mnist_sample_size(void) { return sizeof sample; }
