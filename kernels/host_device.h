// SPDX-License-Identifier: Apache-2.0
#pragma once

// Marks a body that runs on the host and, when nvcc compiles it, on the GPU too.
#ifdef __CUDACC__
#define TOCA_HD __host__ __device__
#else
#define TOCA_HD
#endif
