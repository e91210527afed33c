// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "broker/brokersession.h"
#include "broker/messagerecord.h"

#include <QtGui/qicon.h>
#include <QtWidgets/qwidget.h>

namespace Qombu::Inspector {

// One place of the window: a tab. Named by a text such as "queues/orders?tab=bindings", which is
// what links, the command line and a restored session use.
class Page : public QWidget
{
    Q_OBJECT
public:
    Page(BrokerSession *session, const QString &place, QWidget *parent = nullptr)
        : QWidget(parent)
        , m_session(session)
        , m_place(place)
    {
    }

    QString place() const { return m_place; } // without the part after "?"
    virtual QString title() const = 0;
    virtual QIcon icon() const = 0;
    virtual bool showsMessages() const { return true; } // the window makes room for one
    virtual bool isDangerous() const { return false; } // its tab is marked
    virtual void refresh() {} // F5, while it is in front
    virtual void select(const QString &query) { Q_UNUSED(query) } // "tab=bindings"
    virtual qint64 bufferBytes() const { return 0; }

Q_SIGNALS:
    void messageSelected(const Qombu::Inspector::MessageRecord *message); // null: none
    void placeRequested(const QString &place);
    void statusMessage(const QString &text);

protected:
    BrokerSession *session() const { return m_session; }
    WriteGate *gate() const { return m_session->gate(); }

private:
    BrokerSession *m_session;
    QString m_place;
};

} // namespace Qombu::Inspector
