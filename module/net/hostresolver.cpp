// SPDX-License-Identifier: BSD-3-Clause
#include "net/hostresolver.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qthreadpool.h>
#include <QtNetwork/qhostinfo.h>

#include <mutex>
#include <utility>

namespace Qombu {
namespace {

Result<QList<QHostAddress>> toResult(const QHostInfo &info)
{
    QList<QHostAddress> unique;
    for (const QHostAddress &address : info.addresses()) {
        if (!unique.contains(address))
            unique.append(address);
    }
    if (!unique.isEmpty())
        return unique;
    if (info.error() == QHostInfo::HostNotFound || info.error() == QHostInfo::NoError) {
        return Error(Error::Connection,
                     QCoreApplication::translate("HostResolver", "the host name is not known"));
    }
    return Error(
        Error::Connection,
        QCoreApplication::translate("HostResolver", "the host name cannot be looked up: %1")
            .arg(info.errorString()));
}

// Its threads do nothing but wait.
QThreadPool &lookups()
{
    static QThreadPool pool;
    pool.setMaxThreadCount(16);
    return pool;
}

} // namespace

HostResolver::~HostResolver()
{
    cancel();
}

QHostAddress HostResolver::literal(const QString &host)
{
    const bool hasBrackets = host.startsWith(u'[') && host.endsWith(u']');
    return QHostAddress(hasBrackets ? host.sliced(1, host.size() - 2) : host);
}

// One question. The resolver's thread and that which waits for the system share it.
class HostResolver::Lookup : public std::enable_shared_from_this<Lookup>
{
public:
    explicit Lookup(Callback callback)
        : m_callback(std::move(callback))
        , m_receiver(std::make_unique<QObject>())
    {
    }

    void start(const QString &host)
    {
        lookups().start([self = shared_from_this(), host] {
            const auto answer = toResult(QHostInfo::fromName(host));
            const std::lock_guard lock(self->m_mutex);
            if (self->m_receiver) {
                QMetaObject::invokeMethod(
                    self->m_receiver.get(), [self, answer] { self->tell(answer); },
                    Qt::QueuedConnection);
            }
        });
    }

    // In the resolver's thread: nothing is told any more.
    void cancel()
    {
        const std::lock_guard lock(m_mutex);
        m_receiver.reset();
        m_callback = nullptr;
    }

private:
    void tell(const Result<QList<QHostAddress>> &answer)
    {
        if (const auto callback = std::exchange(m_callback, nullptr))
            callback(answer);
    }

    std::mutex m_mutex;
    Callback m_callback;
    std::unique_ptr<QObject> m_receiver; // lives in the resolver's thread; guarded by m_mutex
};

void HostResolver::resolve(const QString &host, Callback callback)
{
    cancel();
    m_lookup = std::make_shared<Lookup>(std::move(callback));
    m_lookup->start(host);
}

void HostResolver::cancel()
{
    if (const auto lookup = std::exchange(m_lookup, nullptr))
        lookup->cancel();
}

} // namespace Qombu
