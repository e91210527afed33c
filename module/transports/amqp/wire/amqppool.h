// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QByteArrayView>
#include <QStringView>

#include <memory>
#include <optional>

struct amqp_pool_t_;
struct amqp_bytes_t_;

namespace Qombu::Amqp {

// A short string is at most so many bytes of UTF-8 (AMQP 0-9-1 §4.2.5.3).
constexpr qsizetype MostShortBytes = 255;

// Where rabbitmq-c keeps what it decodes, and we what it encodes; recycled after each frame.
class Pool
{
public:
    explicit Pool(std::size_t pageBytes = 4096);
    ~Pool();

    void recycle();
    void *allocate(std::size_t bytes);
    QByteArrayView utf8(QStringView text); // lives until the next recycle()
    std::optional<QByteArrayView> shortText(QStringView text); // nothing: it is too long
    amqp_pool_t_ *get() { return m_pool.get(); }

private:
    struct Free
    {
        void operator()(amqp_pool_t_ *pool) const;
    };
    std::unique_ptr<amqp_pool_t_, Free> m_pool;
};

} // namespace Qombu::Amqp
