// SPDX-License-Identifier: BSD-3-Clause
#include "views/placestabs.h"

#include "views/theme.h"

#include <QtGui/qevent.h>
#include <QtWidgets/qtabbar.h>
#include <QtWidgets/qtoolbutton.h>

namespace Qombu::Inspector {

PlacesTabs::PlacesTabs(Factory factory, QWidget *parent)
    : QTabWidget(parent)
    , m_factory(std::move(factory))
{
    setObjectName(QStringLiteral("placesTabs"));
    setDocumentMode(true);
    setMovable(true);
    setElideMode(Qt::ElideMiddle);
    setUsesScrollButtons(true);
    tabBar()->installEventFilter(this);
    connect(this, &QTabWidget::tabCloseRequested, this, &PlacesTabs::close);
    connect(this, &QTabWidget::currentChanged, this, [this] {
        const auto it = m_selected.constFind(currentPage());
        Q_EMIT messageChanged(it == m_selected.constEnd() ? nullptr : &it.value());
    });
}

// The pages die after this: what they say then is for nobody.
PlacesTabs::~PlacesTabs()
{
    blockSignals(true);
}

Page *PlacesTabs::open(const QString &place)
{
    const QString name = place.section(u'?', 0, 0);
    const QString query = place.section(u'?', 1);
    for (int i = 0; i < count(); ++i) {
        if (page(i)->place() == name) {
            setCurrentIndex(i);
            page(i)->select(query);
            return page(i);
        }
    }
    Page *made = m_factory(name);
    if (!made)
        return nullptr;
    add(made);
    made->select(query);
    return made;
}

void PlacesTabs::add(Page *page)
{
    connect(page, &Page::placeRequested, this, &PlacesTabs::open);
    connect(page, &Page::messageSelected, this, [this, page](const MessageRecord *message) {
        if (message)
            m_selected.insert(page, *message);
        else
            m_selected.remove(page);
        if (page == currentPage())
            Q_EMIT messageChanged(message);
    });
    const int index = addTab(page, page->icon(), withoutMnemonic(page->title()));
    setTabToolTip(index, plainToolTip(page->title()));
    addCloseButton(index);
    setCurrentIndex(index);
    colourTabs();
}

// Calmer than the red one some styles have.
void PlacesTabs::addCloseButton(int index)
{
    auto *button = new QToolButton;
    button->setAutoRaise(true);
    button->setIcon(Theme::icon("close"));
    button->setIconSize(QSize(10, 10));
    button->setFocusPolicy(Qt::NoFocus);
    button->setAccessibleName(tr("Close tab"));
    button->setToolTip(tr("Close tab"));
    tabBar()->setTabButton(index, QTabBar::RightSide, button);
    QWidget *page = widget(index);
    connect(button, &QToolButton::clicked, this, [this, page] { close(indexOf(page)); });
}

Page *PlacesTabs::page(int index) const
{
    return static_cast<Page *>(widget(index));
}

Page *PlacesTabs::currentPage() const
{
    return static_cast<Page *>(currentWidget());
}

void PlacesTabs::close(int index)
{
    Page *closed = page(index);
    removeTab(index);
    m_selected.remove(closed);
    closed->deleteLater();
}

void PlacesTabs::closeAllBut(const QString &place)
{
    for (int i = count() - 1; i >= 0; --i) {
        if (page(i)->place() != place)
            close(i);
    }
}

qint64 PlacesTabs::bufferBytes() const
{
    qint64 sum = 0;
    for (int i = 0; i < count(); ++i)
        sum += page(i)->bufferBytes();
    return sum;
}

bool PlacesTabs::eventFilter(QObject *object, QEvent *event)
{
    if (object == tabBar() && event->type() == QEvent::MouseButtonRelease) {
        const auto *mouse = static_cast<QMouseEvent *>(event);
        const int index = tabBar()->tabAt(mouse->position().toPoint());
        if (mouse->button() == Qt::MiddleButton && index >= 0) {
            close(index);
            return true;
        }
    }
    return QTabWidget::eventFilter(object, event);
}

void PlacesTabs::changeEvent(QEvent *event)
{
    QTabWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        colourTabs();
}

void PlacesTabs::colourTabs()
{
    for (int i = 0; i < count(); ++i) {
        if (page(i)->isDangerous())
            tabBar()->setTabTextColor(i, Theme::color(Theme::Tone::Danger, palette()));
    }
}

} // namespace Qombu::Inspector
