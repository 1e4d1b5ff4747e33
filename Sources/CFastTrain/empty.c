#include "fasttrain.h"
