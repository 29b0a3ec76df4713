// SPDX-License-Identifier: Apache-2.0
#pragma once

// Marks a body that runs on the host and, when nvcc compiles it, on the GPU too. A body of a loop must also become part
// of it, so that each instruction set has its own.
#ifdef __CUDACC__
#define TOCA_HD __host__ __device__
#define TOCA_BODY __host__ __device__ __forceinline__
#else
#define TOCA_HD
#define TOCA_BODY inline __attribute__((always_inline))
#endif
