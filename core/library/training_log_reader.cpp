// SPDX-License-Identifier: Apache-2.0
#include "core/library/training_log_reader.h"

#include "core/base/printable.h"

#include <algorithm>
#include <fstream>

namespace toca::library {
namespace {

constexpr std::size_t kHead = 256;
constexpr std::size_t kTail = 64;
constexpr std::size_t kPiece = 1 << 18;

std::string bytesAt(std::ifstream& file, std::uint64_t offset, std::size_t count)
{
    std::string bytes(count, '\0');
    file.clear();
    file.seekg(static_cast<std::streamoff>(offset));
    file.read(bytes.data(), static_cast<std::streamsize>(count));
    bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
    return bytes;
}

} // namespace

void TrainingLogReader::restart()
{
    *this = TrainingLogReader(m_path);
}

Result<TrainingLogReader::Progress> TrainingLogReader::read(std::size_t budget)
{
    std::error_code failed;
    const auto status = std::filesystem::status(m_path, failed);
    if (!std::filesystem::exists(status))
        return unexpected(ErrorCode::NotFound,
            "There is no " + quotedPath(m_path.string()) + ": a training's folder holds its log.jsonl.");
    std::ifstream file;
    if (std::filesystem::is_regular_file(status)) // opening a pipe would wait
        file.open(m_path, std::ios::binary);
    if (!file.is_open())
        return unexpected(
            ErrorCode::Io, "Cannot read " + quotedPath(m_path.string()) + ": expected a file that may be read.");
    const auto size = static_cast<std::uint64_t>(std::filesystem::file_size(m_path, failed));
    if (failed)
        return unexpected(ErrorCode::Io, "Cannot read " + quotedPath(m_path.string()) + ": " + failed.message() + ".");

    Progress progress;
    const bool isSame = size >= m_offset && bytesAt(file, 0, m_head.size()) == m_head
        && bytesAt(file, m_offset - m_tail.size(), m_tail.size()) == m_tail;
    if (!isSame) {
        restart();
        progress.hasChanged = true;
    }
    const std::uint64_t end = std::min<std::uint64_t>(size, m_offset + budget);
    while (m_offset < end) {
        const std::string bytes =
            bytesAt(file, m_offset, static_cast<std::size_t>(std::min<std::uint64_t>(end - m_offset, kPiece)));
        if (bytes.empty())
            break; // became shorter meanwhile: the next call sees it
        if (m_head.size() < kHead)
            m_head += bytes.substr(0, kHead - m_head.size());
        m_tail = bytes.size() >= kTail ? bytes.substr(bytes.size() - kTail) : (m_tail + bytes);
        m_tail.erase(0, m_tail.size() - std::min(m_tail.size(), kTail));
        m_offset += bytes.size();
        take(bytes);
        progress.hasChanged = true;
    }
    progress.isComplete = m_offset >= size;
    progress.share = size == 0 ? 1 : static_cast<double>(m_offset) / static_cast<double>(size);
    return progress;
}

void TrainingLogReader::take(std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        const std::string_view part = bytes.substr(0, end);
        if (!m_isSkipping && m_pending.size() + part.size() > kLongestLine) {
            m_isSkipping = true;
            m_pending = std::string();
            m_history.countSkipped();
        }
        if (end == std::string_view::npos) {
            if (!m_isSkipping)
                m_pending += part;
            return;
        }
        if (!m_isSkipping && m_pending.empty())
            m_history.addLine(part);
        else if (!m_isSkipping)
            m_history.addLine(m_pending.append(part));
        m_pending.clear();
        m_isSkipping = false;
        bytes.remove_prefix(end + 1);
    }
}

} // namespace toca::library
