// SPDX-License-Identifier: Apache-2.0
#include "core/verify/comparison.h"

#include <torch/torch.h>

#include <iomanip>
#include <sstream>

namespace toca::verify {
namespace {

std::string shapeText(const torch::Tensor& tensor)
{
    std::ostringstream text;
    text << tensor.sizes();
    return text.str();
}

} // namespace

Verdict compare(
    const torch::Tensor& actual, const torch::Tensor& reference, const Tolerance& tolerance, const torch::Tensor& mask)
{
    Verdict verdict;
    if (!actual.defined() || actual.sizes() != reference.sizes()) {
        verdict.remark = "shape " + (actual.defined() ? shapeText(actual) : std::string("none")) + ", expected "
            + shapeText(reference);
        return verdict;
    }
    auto a = actual.to(torch::kCPU, torch::kFloat64), b = reference.to(torch::kFloat64);
    if (tolerance.onlyMaskedRows && mask.defined()) {
        const auto rows = mask.ne(0).unsqueeze(-1).expand_as(a);
        a = a.index({rows});
        b = b.index({rows});
    }
    if (a.numel() == 0) {
        verdict.passed = true;
        verdict.remark = "empty";
        return verdict;
    }
    const auto bothNan = a.isnan().logical_and(b.isnan());
    const auto same = bothNan.logical_or(a.eq(b)); // infinities included
    const auto difference = torch::where(same, torch::zeros_like(a), (a - b).abs());
    const auto finite = b.masked_select(b.isfinite());
    const double largestReference = finite.numel() > 0 ? finite.abs().max().item<double>() : 0.0;
    verdict.largestError = difference.max().item<double>(); // NaN when only one side is
    if (tolerance.meanAbsolute || tolerance.fractionWithin) {
        const double mean = difference.mean().item<double>();
        const double share = difference.le(tolerance.fractionAbsolute).to(torch::kFloat64).mean().item<double>();
        verdict.largestError = mean;
        verdict.tolerance = tolerance.meanAbsolute.value_or(0);
        verdict.passed = (!tolerance.meanAbsolute || mean <= *tolerance.meanAbsolute)
            && (!tolerance.fractionWithin || share >= *tolerance.fractionWithin);
        std::ostringstream remark;
        remark << "mean error; " << std::setprecision(5) << share * 100 << " % within " << tolerance.fractionAbsolute;
        verdict.remark = remark.str();
        return verdict;
    }
    if (tolerance.relative) {
        const auto bound = (b.abs() * *tolerance.relative).clamp_min(tolerance.absolute.value_or(0.0));
        verdict.tolerance = *tolerance.relative;
        verdict.passed = difference.le(bound).logical_or(same).all().item<bool>();
        verdict.remark = "relative tolerance";
        return verdict;
    }
    if (!tolerance.exact)
        verdict.tolerance =
            std::max(tolerance.absolute.value_or(0.0), tolerance.relativeToMax.value_or(0.0) * largestReference);
    verdict.passed = verdict.largestError <= verdict.tolerance; // false for NaN
    return verdict;
}

CaseReport::CaseReport(
    const ReferenceCase& reference, std::function<bool(const std::string&)> wanted, std::ostream& out)
    : m_case(reference)
    , m_wanted(std::move(wanted))
    , m_out(out)
{
}

bool CaseReport::wants(const std::string& prefix) const
{
    for (const auto& tensor : m_case.tensors())
        if ((tensor.role == Role::Expected || tensor.role == Role::Selection) && tensor.name.starts_with(prefix)
            && m_wanted(tensor.name))
            return true;
    return false;
}

void CaseReport::line(const std::string& name, const std::string& text)
{
    m_out << std::left << std::setw(48) << name << ' ' << text << '\n' << std::flush;
}

void CaseReport::check(const std::string& name, const torch::Tensor& actual, const torch::Tensor& mask)
{
    const CaseTensor* tensor = m_case.find(name);
    if (tensor && tensor->role == Role::Expected)
        add(name, compare(actual, m_case.vector(name), tensor->tolerance, mask));
}

void CaseReport::add(const std::string& name, const Verdict& verdict)
{
    if (!m_wanted(name) || !m_done.insert(name).second)
        return;
    ++compared;
    failed += verdict.passed ? 0 : 1;
    std::ostringstream text;
    text << std::scientific << std::setprecision(2) << "error " << verdict.largestError << "  tolerance "
         << verdict.tolerance << "  " << (verdict.passed ? "ok" : "FAILED");
    if (!verdict.remark.empty())
        text << "  (" << verdict.remark << ')';
    line(name, text.str());
}

void CaseReport::finish(const std::string& reason)
{
    for (const auto& tensor : m_case.tensors()) {
        if ((tensor.role != Role::Expected && tensor.role != Role::Selection) || m_done.contains(tensor.name)
            || !m_wanted(tensor.name))
            continue;
        ++unsupported;
        line(tensor.name, "unsupported  (" + reason + ")");
    }
}

} // namespace toca::verify
