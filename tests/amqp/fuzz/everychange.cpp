// SPDX-License-Identifier: BSD-3-Clause
// usage: fuzz_amqp SECONDS FOLDER: plays the files of the folder as they are, then each cut short
// at every byte and with every byte changed, as many as the time allows. For where there is no
// libFuzzer.
#include "amqp/fuzz/fuzztarget.h"

#include <QDeadlineTimer>
#include <QDir>
#include <QFile>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

namespace {

// Without spare bytes behind it, so that a sanitizer sees what is read beyond the end.
void play(const QByteArray &input)
{
    const auto copy = std::make_unique<char[]>(std::size_t(input.size()));
    std::copy(input.begin(), input.end(), copy.get());
    QombuTest::fuzz(QByteArrayView(copy.get(), input.size()));
}

int playChanges(const QByteArray &input, const QDeadlineTimer &deadline)
{
    int played = 0;
    for (qsizetype at = 1; at < input.size() && !deadline.hasExpired(); ++at) {
        play(input.first(at));
        for (const int value : {0x00, 0x01, 0x7F, 0x80, 0xFF, input[at] ^ 1, input[at] ^ 4}) {
            QByteArray changed = input;
            changed[at] = char(value);
            play(changed);
        }
        played += 8;
    }
    return played;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 3) {
        std::fprintf(stderr, "usage: fuzz_amqp SECONDS FOLDER\n");
        return 2;
    }
    std::vector<QByteArray> inputs;
    const QDir folder(QString::fromLocal8Bit(argv[2]));
    for (const QString &name : folder.entryList(QDir::Files)) {
        QFile file(folder.filePath(name));
        if (!file.open(QIODevice::ReadOnly))
            return 1;
        inputs.push_back(file.readAll());
        std::fprintf(stderr, "%s\n", qPrintable(name));
        play(inputs.back());
    }
    const QDeadlineTimer deadline(qint64(1000 * QByteArray(argv[1]).toDouble()));
    int played = int(inputs.size());
    for (const QByteArray &input : inputs)
        played += playChanges(input, deadline);
    std::fprintf(stderr, "%d inputs\n", played);
    return inputs.empty() ? 1 : 0;
}
