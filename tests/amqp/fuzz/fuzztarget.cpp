// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/fuzz/fuzztarget.h"

#include "amqp/fuzz/fuzzedsession.h"
#include "amqp/fuzz/promise.h"
#include "transports/amqp/wire/fieldtable.h"

#include <algorithm>
#include <cmath>

using namespace Qombu;
using namespace Qombu::Amqp;

namespace QombuTest {

namespace {

// Bytes that are text come back as text.
bool isSame(const QVariant &a, const QVariant &b)
{
    switch (a.typeId()) {
    case QMetaType::QVariantMap: {
        const QVariantMap map = a.toMap();
        const QVariantMap other = b.toMap();
        return map.keys() == other.keys()
            && std::equal(map.begin(), map.end(), other.begin(), other.end(), isSame);
    }
    case QMetaType::QVariantList: {
        const QVariantList list = a.toList();
        const QVariantList other = b.toList();
        return std::equal(list.begin(), list.end(), other.begin(), other.end(), isSame);
    }
    case QMetaType::Double:
        return std::isnan(a.toDouble()) ? std::isnan(b.toDouble()) : a == b;
    case QMetaType::QByteArray:
        return b.typeId() == QMetaType::QString ? a.toByteArray() == b.toString().toUtf8() : a == b;
    default:
        return a.typeId() == b.typeId() && a == b;
    }
}

// What can be read may be something that we do not write, such as a decimal. What was written is
// read again, and written the same.
void fuzzTable(QByteArrayView bytes)
{
    const auto table = readTable(bytes);
    if (!table) {
        promise(table.error().kind() == Error::Decode, "a bad table is Error::Decode");
        return;
    }
    QByteArray once;
    if (const Error error = appendTable(once, *table); error.isError()) {
        promise(error.kind() == Error::Encode && once.isEmpty(), "it is written whole or not");
        return;
    }
    const auto again = readTable(once);
    promise(again.isOk() && isSame(*table, *again), "what was written is read");
    QByteArray twice;
    promise(!appendTable(twice, *again).isError() && twice == once, "and written the same");
}

// The input decides where it is cut.
quint32 hashOf(QByteArrayView bytes)
{
    quint32 hash = 2166136261u;
    for (const char byte : bytes)
        hash = (hash ^ quint8(byte)) * 16777619u;
    return hash;
}

void fuzzSession(FuzzedSession::Kind kind, QByteArrayView bytes)
{
    FuzzedSession whole(kind);
    whole.hear(bytes);
    whole.checkPromises(bytes.size());

    const quint32 hash = hashOf(bytes);
    const qsizetype cut = qsizetype(hash) % (bytes.size() + 1);
    FuzzedSession halves(kind);
    halves.hear(bytes.first(cut));
    halves.hear(bytes.sliced(cut));
    promise(halves.heard() == whole.heard(), "two pieces say the same as one");

    const qsizetype piece = 1 + hash % 7;
    FuzzedSession pieces(kind);
    for (qsizetype at = 0; at < bytes.size(); at += piece)
        pieces.hear(bytes.sliced(at, std::min(piece, bytes.size() - at)));
    pieces.checkPromises(bytes.size());
    promise(pieces.heard() == whole.heard(), "many pieces say the same as one");
}

} // namespace

void fuzz(QByteArrayView input)
{
    if (input.isEmpty())
        return;
    const QByteArrayView rest = input.sliced(1);
    if (input.front() == 'T')
        fuzzTable(rest);
    else
        fuzzSession(input.front() == 'G' ? FuzzedSession::Greeting : FuzzedSession::Open, rest);
}

} // namespace QombuTest
