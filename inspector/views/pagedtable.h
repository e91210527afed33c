// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "broker/brokersession.h"

#include <QtCore/qabstractitemmodel.h>
#include <QtWidgets/qwidget.h>

class QLineEdit;
class QTableView;
class QToolButton;

namespace Qombu::Inspector {
class InlineBanner;
class PlainLabel;

// A table of rows that a broker sends a page at a time, sorted and filtered by it: the filter, the
// table, where in the whole its rows stand and how old they are, and what is not known, and why.
// What it shows is asked for only while it is shown. GUI thread.
class PagedTable : public QWidget
{
    Q_OBJECT
public:
    struct Texts
    {
        QString objectName; // of the table
        QString accessibleName;
        QString filterHint; // empty: there is no filter
        QString filterName; // of the filter, spoken
        QString empty; // there are none
        QString unknown; // the broker did not tell; empty: a general sentence
        QString hint; // above the table
    };

    PagedTable(BrokerSession *session, const Texts &texts);

    QTableView *table() const { return m_table; }
    virtual void refresh() { m_question.askSoon(); }

Q_SIGNALS:
    void placeRequested(const QString &place);
    void counted(qint64 rows); // on all pages; -1: not known
    void actionWanted(); // that setAction() offers

protected:
    // What is true of all rows of a page.
    struct PageFacts
    {
        QDateTime takenAt;
        qint64 rows = 0; // on this page
        qint64 count = -1; // on all pages; -1: not known
        QString cursor; // of the next page
        bool truncated = false; // there is more than may be asked for
        QStringList gaps;
        std::chrono::milliseconds countsAge{0};
        std::chrono::milliseconds ratesOver{0};
        bool isStale = false; // nobody answers: what was known before
    };

    void setModel(QAbstractItemModel *model, const QStringList &samples, int fillingColumn = 0);
    // Then showPage() or showError(), unless what was asked() then isLate() by then.
    virtual void ask(const Question::Done &done) = 0;
    quint64 asked() const { return m_asked; }
    bool isLate(quint64 asked) const { return asked != m_asked; } // another page is wanted now
    RowQuery query() const; // of the page that is wanted
    QString filter() const;
    void startAgain(); // another order: from the first page
    void showPage(const PageFacts &facts);
    void showError(const Error &error); // old rows stay
    QString whyUnknown(const QStringList &gaps) const; // for the cells of a model
    void setEmptyText(const QString &text) { m_texts.empty = text; }
    void setUnknownText(const QString &text) { m_texts.unknown = text; }
    void setAction(const QString &text) { m_action = text; } // for an error
    void fillWidth(); // after a column was shown or hidden
    BrokerSession *session() const { return m_session; }

    bool eventFilter(QObject *object, QEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    struct Position
    {
        QStringList cursors{QString()}; // of the pages up to this one
        QList<qint64> starts{0}; // how many rows stand before each
    };

    void buildFilter();
    void buildFooter();
    void turnPage(bool forward);
    void showFooter();
    void showEmptiness();
    void setStale(bool stale); // paints the rows greyer
    QString emptyText() const;

    BrokerSession *m_session;
    Texts m_texts;
    QString m_action;
    Question m_question;
    QTimer m_typing; // a filter is sent when the typing rests
    Position m_shown;
    Position m_wanted; // is shown when the answer has come
    quint64 m_asked = 0;
    bool m_isReordered = false; // the pages behind the one shown are of another order
    PageFacts m_facts; // of the page that is shown
    Error m_error;
    int m_fillingColumn = 0;
    int m_fillingMinimum = 0;
    InlineBanner *m_banner;
    PlainLabel *m_hint;
    QLineEdit *m_filter;
    QTableView *m_table;
    PlainLabel *m_empty;
    PlainLabel *m_footer;
    QToolButton *m_previous;
    QToolButton *m_next;
};

} // namespace Qombu::Inspector
