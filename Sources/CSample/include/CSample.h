#ifndef CSAMPLE_H
#define CSAMPLE_H

#include <stddef.h>

/// Returns the built-in MNIST sample: a complete `fasttrain.dataset.v1` file (safetensors), aligned to 64 bytes.
/// Made by Tools/make-mnist-sample.py; NOTICE names its source and licence.
const void *_Nonnull ft_mnist_sample(void);

/// Returns the size of the sample in bytes.
size_t ft_mnist_sample_size(void);

#endif
