// SPDX-License-Identifier: BSD-3-Clause
#include "net/hostresolver.h"

#include <QtCore/qcoreapplication.h>
#include <QtNetwork/qhostinfo.h>

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

void HostResolver::resolve(const QString &host, Callback callback)
{
    cancel();
    m_callback = std::move(callback);
    m_lookup = QHostInfo::lookupHost(host, &m_context, [this](const QHostInfo &info) {
        if (info.lookupId() != m_lookup)
            return; // of a call that was cancelled
        m_lookup = -1;
        const auto answer = std::exchange(m_callback, nullptr);
        answer(toResult(info));
    });
}

void HostResolver::cancel()
{
    if (m_lookup >= 0)
        QHostInfo::abortHostLookup(std::exchange(m_lookup, -1));
    m_callback = nullptr;
}

} // namespace Qombu
