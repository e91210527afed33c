// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/wire/amqppool.h"

#include "transports/amqp/wire/rabbitmqc.h"

#include <QStringEncoder>

namespace Qombu::Amqp {

Pool::Pool(std::size_t pageBytes)
    : m_pool(new amqp_pool_t)
{
    init_amqp_pool(m_pool.get(), pageBytes);
}

Pool::~Pool() = default;

void Pool::Free::operator()(amqp_pool_t *pool) const
{
    empty_amqp_pool(pool);
    delete pool;
}

void Pool::recycle()
{
    recycle_amqp_pool(m_pool.get());
}

void *Pool::allocate(std::size_t bytes)
{
    void *memory = amqp_pool_alloc(m_pool.get(), bytes);
    if (bytes > 0)
        Q_CHECK_PTR(memory);
    return memory;
}

QByteArrayView Pool::utf8(QStringView text)
{
    if (text.isEmpty())
        return QByteArrayView("", qsizetype(0));
    constexpr qsizetype mostBytesOfAUnit = 3;
    char *begin = static_cast<char *>(allocate(std::size_t(text.size() * mostBytesOfAUnit)));
    // Most names are ASCII, and too short for what an encoder costs.
    char *end = begin;
    for (const QChar c : text) {
        if (c.unicode() >= 0x80)
            break;
        *end++ = char(c.unicode());
    }
    const qsizetype done = end - begin;
    if (done < text.size()) {
        QStringEncoder encoder(QStringConverter::Utf8, QStringConverter::Flag::Stateless);
        end = encoder.appendToBuffer(end, text.sliced(done));
    }
    return QByteArrayView(begin, end - begin);
}

std::optional<QByteArrayView> Pool::shortText(QStringView text)
{
    if (text.size() > MostShortBytes)
        return std::nullopt;
    const QByteArrayView bytes = utf8(text);
    return bytes.size() > MostShortBytes ? std::nullopt : std::optional(bytes);
}

} // namespace Qombu::Amqp
