// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

namespace toca::test {

// The first frame of movingDisc(24, 16, 1) as files that this program reads but doesn't write; made once with
// FFmpeg 5.1.

/// JPEG, 4:4:4, quality scale 2.
inline QByteArray sampleJpeg()
{
    return QByteArray::fromBase64(
        "/9j/2wBDAAgEBAQEBAUFBQUFBQYGBgYGBgYGBgYGBgYHBwcICAgHBwcGBgcHCAgICAkJCQgICAgJCQoKCgwMCwsODg4RERT/xABt"
        "AAEAAAAAAAAAAAAAAAAAAAAGAQEBAQEAAAAAAAAAAAAAAAAFBgEDEAACAgIBBQADAQAAAAAAAAABAhEDEgQFMSIhAAZBMlETEQAC"
        "AgEEAgIDAQEAAAAAAAACAQMREiEABQQGQVExcRNhMhT/wAARCAAQABgDARIAAhIAAxIA/9oADAMBAAIRAxEAPwAv818Hvc+9y63+"
        "FYoVTY97Mqy5OKgIjuS0Mf1xGJkjxLD5my7gzfhQLVvCZDIowKZYkGGEQzSI/nn3n5B5f0eBCEuz+83MRIAhFETQJZE8zAElYr/V"
        "vLRPXYXknHRc6MGXYKEoGeLwUgtSIckxyF3YjTy+dHveB/6uSZ/pYJRoWZEVJZXS0Tdun6rT72J4r5c+HcycI9gJkFrNxkJA3TRY"
        "mqoitY/GqrU3v/F7vCbK0bKI2QyS2uWqsHicWZVMqfDKygjrEEEsOQGxzN1b2VhErBFaDuxyjIloBJMD8AAAeOp9X43ynpc11ym6"
        "xksXjJFJQyxvWshEiVEtRJNp6q7TSC4jpdfhIZACRyyStOSRrHLG8UgyaFCm/bbbetUlZBNP0pEEvvVErYl+G6+va2FN5OfJzgeC"
        "hAVQRp5NXWTZUNttfCSXr3snrcJ07fV+twnTt9fl7/8Adiy9/wDu7Locn9a7nehyf1rv/9k=");
}

/// Lossless WebP.
inline QByteArray sampleWebP()
{
    return QByteArray::fromBase64(
        "UklGRqIAAABXRUJQVlA4TJUAAAAvF8ADAE3sQkT/A1lEDHj/IwMT29apnWwQspHIsgHKsizLsmwU/od3VxLZVnXUu1UIhaIKCvdC"
        "PEefP3RRGslWczVRCfprVFRRRY2mBEpEh9q2bRimbO0OlRQGYqwjBP8ONiwAAID7d4DpCXiF36dP9w68I4zdBXxEb8OSx1G5GURX"
        "ySLjPUoVjI5nrhb9+qKv9QMgAAA=");
}

} // namespace toca::test
