// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/ops/plain_operations.h"
#include "kernels/element.h"

#include <c10/core/DeviceGuard.h>
#include <c10/core/Stream.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/types.h>

namespace toca::cache {

#ifdef TOCA_HAS_CUDA
inline constexpr bool kHasCudaKernels = true;
#else
inline constexpr bool kHasCudaKernels = false;
#endif

/// Whether kernels take its elements: float32 and bfloat16.
inline bool hasKernelElement(const torch::Tensor& tensor)
{
    return tensor.scalar_type() == torch::kFloat32 || tensor.scalar_type() == torch::kBFloat16;
}

/// @pre hasKernelElement(tensor)
inline kernels::Element elementOf(const torch::Tensor& tensor)
{
    return tensor.scalar_type() == torch::kFloat32 ? kernels::Element::Float32 : kernels::Element::BFloat16;
}

/// True on devices that the kernels are compiled for, unless LibTorch's operations are wanted.
inline bool runsKernels(const torch::Tensor& tensor)
{
    return !PlainOperations::areWanted() && (tensor.is_cpu() || (kHasCudaKernels && tensor.is_cuda()));
}

/// The cudaStream_t that LibTorch works on now. Null, the default stream, from a LibTorch too old to tell.
template <class Stream>
void* handleOf(const Stream& stream)
{
    if constexpr (requires { stream.native_handle(); })
        return stream.native_handle();
    else
        return nullptr;
}

/// Launches on LibTorch's current stream of the tensor's GPU, which is not waited for.
/// @param launch (auto* stream) -> cudaError_t as an int  @return false on a CPU, where nothing was done
/// @throws c10::Error when the launch is refused
template <class Launch>
bool onDevice(const torch::Tensor& tensor, const Launch& launch)
{
    if constexpr (kHasCudaKernels) {
        if (tensor.is_cuda()) {
            const c10::DeviceGuard guard(tensor.device());
            const c10::impl::VirtualGuardImpl device(tensor.device().type());
            const int error = launch(handleOf(device.getStream(tensor.device())));
            TORCH_CHECK(error == 0, "A kernel could not be started on ", tensor.device().str(), ": CUDA error ", error);
            return true;
        }
    }
    return false;
}

} // namespace toca::cache
