// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "views/page.h"

namespace Qombu::Inspector {
class PagedTable;

// A place that is one table.
class ListPage : public Page
{
    Q_OBJECT
public:
    ListPage(BrokerSession *session, const QString &place, const QString &title, const char *icon,
             PagedTable *table);

    QString title() const override { return m_title; }
    QIcon icon() const override;
    bool showsMessages() const override { return false; }
    void refresh() override;

private:
    QString m_title;
    const char *m_icon;
    PagedTable *m_table;
};

// "exchanges", "connections", "channels", "consumers", "policies"; null: another place.
ListPage *makeListPage(BrokerSession *session, const QString &place);

// The consumers of one queue.
PagedTable *makeConsumersView(BrokerSession *session, const QString &queue);
// Channels that hold messages, of one queue or (empty) of all.
PagedTable *makeHoldersView(BrokerSession *session, const QString &queue);

} // namespace Qombu::Inspector
