// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/plan.h"

#include <vector>

namespace toca::plan {

/// What may become of a cache that is too large, mildest first: `asked` itself, then bf16 for one kind of module after
/// the other, the one that holds most first, then 8 bits likewise. No module becomes milder than it was asked to be,
/// and modules of which nothing is held stay as they are.
///
/// Where `asked` may offload, one kind of module after the other moves to the computer's memory instead, the one that
/// holds most first: that loses no bits.
std::vector<CacheStorage> storagesFrom(const Plan& plan, const CacheStorage& asked);

/// Settles how a run holds its cache: the first of `storagesFrom` that takes no more than `budget` bytes. 0 = no
/// budget: `asked`.
/// @return the storage that the plan now has, or TooLarge with the smallest budget that would do
Result<CacheStorage> settleStorage(Plan& plan, const CacheStorage& asked, std::int64_t budget);

/// What a settled storage is and costs, in a sentence; "" where nothing is held in fewer bits or elsewhere.
std::string storageSentence(const Plan& plan, std::int64_t budget);

/// Bytes from a text as people write sizes: "400MB" (10^6), "1.5 GiB" (2^30), "250000"; B, kB, MB, GB, TB, KiB, MiB,
/// GiB, TiB, in any case.
/// @return InvalidArgument naming the text
Result<std::int64_t> bytesFromText(std::string_view text);
/// PSNR in dB that the embedded model's clips kept at least with a cache of this format, against the same run with the
/// fp32 cache: measured, docs/performance.md ("Memory"). 0 = nothing is lost.
int measuredFidelity(CacheDtype dtype);
/// Decimal units, rounded up so that a budget of this text is enough: "132.5 MB", "820 kB".
std::string megabytesText(std::int64_t bytes);

} // namespace toca::plan
