// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/stored_type.h"
#include "core/verify/families.h"

#include <torch/torch.h>

#include <cstring>
#include <map>
#include <set>
#include <sstream>

namespace toca::verify {
namespace {

using checkpoint::Checkpoint;
using checkpoint::TensorInfo;

/// All tensors of the file under their full paths.
Result<Checkpoint> openWhole(const std::filesystem::path& path)
{
    return Checkpoint::open(path, {.section = ""});
}

/// Same dtype, same shape, same bytes. The error counts the bytes that differ.
Verdict compareBytes(const torch::Tensor& actual, const torch::Tensor& expected)
{
    Verdict verdict;
    if (actual.scalar_type() != expected.scalar_type() || actual.sizes() != expected.sizes()) {
        std::ostringstream remark;
        remark << torch::toString(actual.scalar_type()) << ' ' << actual.sizes() << ", expected "
               << torch::toString(expected.scalar_type()) << ' ' << expected.sizes();
        verdict.remark = remark.str();
        return verdict;
    }
    const auto a = actual.contiguous(), b = expected.contiguous();
    const auto* const bytesA = static_cast<const char*>(a.const_data_ptr());
    const auto* const bytesB = static_cast<const char*>(b.const_data_ptr());
    for (std::size_t i = 0; i < a.nbytes(); ++i)
        verdict.largestError += bytesA[i] != bytesB[i];
    verdict.passed = verdict.largestError == 0;
    verdict.remark = verdict.passed ? "bit-exact" : "bytes differ";
    return verdict;
}

/// The file's expected tensors, each a line, and one line for the file: no tensor more than these.
void checkAccepted(const ReferenceCase& reference, const std::string& file, const Checkpoint& expected,
    const std::vector<const TensorInfo*>& tensors, CaseReport& report)
{
    const auto opened = openWhole(reference.folder() / "accept" / file);
    Verdict whole;
    std::set<std::string> known;
    for (const TensorInfo* info : tensors) {
        const std::string path = info->name.substr(file.size() + 2);
        known.insert(path);
        Verdict verdict;
        if (!opened)
            verdict.remark = opened.error().message;
        else if (!opened->find(path))
            verdict.remark = "the file gives no tensor of this name";
        else
            verdict = compareBytes(opened->tensor(path), expected.tensor(info->name));
        report.add(info->name, verdict);
    }
    if (!opened) {
        whole.remark = opened.error().message;
    } else {
        for (const TensorInfo& info : opened->tensors()) {
            // What expected.safetensors has no type for (complex numbers, 8-bit floats) can't be among its tensors.
            if (known.contains(info.name) || !checkpoint::toStoredType(info.dtype))
                continue;
            whole.largestError += 1;
            whole.remark = "the file also gives '" + info.name + "'";
        }
        whole.passed = whole.largestError == 0;
        if (whole.passed)
            whole.remark = std::to_string(opened->tensors().size()) + " tensors";
    }
    report.add("accept/" + file, whole);
}

/// The file must end in an error; where the case says so, reading it completely is fine as well.
void checkRejected(
    const ReferenceCase& reference, const std::string& file, const nlohmann::json& entry, CaseReport& report)
{
    const bool mustFail = !entry.is_object() || entry.value("must_fail", true);
    const auto opened = openWhole(reference.folder() / "reject" / file);
    Verdict verdict;
    if (!opened) {
        verdict.passed = true;
        verdict.remark = "refused: " + opened.error().message;
    } else {
        for (const TensorInfo& info : opened->tensors())
            (void)opened->tensor(info.name).clone(); // every byte can be read
        verdict.passed = !mustFail;
        verdict.remark = "it was read: " + std::to_string(opened->tensors().size()) + " tensors";
    }
    report.add("reject/" + file, verdict);
}

} // namespace

Result<void> runPickleCase(const ReferenceCase& reference, CaseReport& report)
{
    const auto accept = reference.json().value("accept", nlohmann::json::object());
    const auto reject = reference.json().value("reject", nlohmann::json::object());
    if (!accept.is_object() || !reject.is_object())
        return unexpected(ErrorCode::BadFormat, "case.json: 'accept' and 'reject' must be objects of file names.");
    if (!accept.empty()) {
        const auto expected = Checkpoint::open(reference.folder() / "expected.safetensors");
        if (!expected)
            return unexpected(expected.error());
        std::map<std::string, std::vector<const TensorInfo*>> tensorsOf; // by file
        for (const TensorInfo& info : expected->tensors()) {
            const std::size_t end = info.name.find("::");
            if (end == std::string::npos || !accept.contains(info.name.substr(0, end)))
                return unexpected(ErrorCode::BadFormat,
                    "expected.safetensors: '" + info.name + "' is not FILE::PATH of a file in 'accept'.");
            tensorsOf[info.name.substr(0, end)].push_back(&info);
        }
        for (const auto& [file, entry] : accept.items())
            checkAccepted(reference, file, *expected, tensorsOf[file], report);
    }
    for (const auto& [file, entry] : reject.items())
        checkRejected(reference, file, entry, report);
    return {};
}

} // namespace toca::verify
