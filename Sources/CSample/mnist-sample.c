#include "CSample.h"

// #embed is C23, which the package does not otherwise require; clang supports it in every language version.
#pragma clang diagnostic ignored "-Wc23-extensions"

static _Alignas(64) const unsigned char sample[] = {
#embed "mnist-sample.safetensors"
};

const void *ft_mnist_sample(void) { return sample; }

size_t ft_mnist_sample_size(void) { return sizeof sample; }
