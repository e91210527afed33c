// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "views/page.h"

#include <QtCore/qhash.h>
#include <QtWidgets/qtabwidget.h>

#include <functional>

namespace Qombu::Inspector {

// The centre of the window: one tab a place. Opens a place once; asks a factory for new pages.
class PlacesTabs : public QTabWidget
{
    Q_OBJECT
public:
    using Factory = std::function<Page *(const QString &place)>; // null: no such place

    explicit PlacesTabs(Factory factory, QWidget *parent = nullptr);

    ~PlacesTabs() override;

    Page *open(const QString &place); // brings it to the front; null: no such place
    Page *currentPage() const;
    Page *page(int index) const;
    void closeAllBut(const QString &place);
    qint64 bufferBytes() const;

Q_SIGNALS:
    void messageChanged(const Qombu::Inspector::MessageRecord *message); // of the page in front

protected:
    bool eventFilter(QObject *object, QEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void add(Page *page);
    void close(int index);
    void addCloseButton(int index);
    void colourTabs();

    Factory m_factory;
    QHash<const Page *, MessageRecord> m_selected; // so that a tab finds its message again
};

} // namespace Qombu::Inspector
