// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "listverb.h"

#include <QSet>
#include <QTimer>

// A list that may be long: it is filtered and paged by the broker, and never asked for as a whole.
class PagedVerb : public ListVerb
{
public:
    QString synopsis() const override { return {}; }
    QList<QCommandLineOption> options() const override;
    UsageError read(const QCommandLineParser &parser, const QStringList &positional) override;
    bool hasDefaultDeadline() const override { return !m_isAll; }
    void start(Session &session) override;
    void deadlinePassed(Session &session) override;
    void interrupt(Session &session) override;

protected:
    struct Page
    {
        QDateTime takenAt;
        std::vector<Row> rows;
        qint64 count = -1; // on all pages; -1: not known
        QString cursor; // of the next page; empty: this is the last
        bool truncated = false;
        QStringList gaps;
        std::chrono::milliseconds countsAge{0};
        std::chrono::milliseconds ratesOver{0}; // at most; 0: none is known
    };
    using Paged = std::function<void(const Qombu::Result<Page> &)>;

    virtual QList<Column> columns() const = 0;
    virtual void askPage(Session &session, Qombu::Browser &browser, const Qombu::RowQuery &query,
                         Paged done) = 0;
    virtual QString filterText() const;
    // Brokers ask themselves for each row alone: fewer are wanted at once.
    virtual bool isSlow() const { return false; }
    void ask(Session &session, Qombu::Browser &browser) override;
    static QStringList listOptions(); // which of a long list is wanted
    int wantedRows() const; // of lists that have no pages

    // Asks for a RowPage; each row becomes one of this verb's.
    template<typename Answer, typename ToRow>
    static void answer(Session &session, Qombu::Pending<Qombu::RowPage<Answer>> pending,
                       ToRow toRow, Paged done)
    {
        pending.then(&session, [=](const Qombu::Result<Qombu::RowPage<Answer>> &found) {
            if (!found)
                return done(found.error());
            Page page{found->takenAt,   {},         found->count, found->cursor,
                      found->truncated, found->gaps};
            for (const Answer &row : found->rows)
                page.rows.push_back(toRow(row));
            done(page);
        });
    }

private:
    void askNext(Session &session, Qombu::Browser &browser);
    void show(Session &session, const Page &page);
    void tell(const Page &page);
    void tellNumbers(const Page &page);
    void tellChange(const Page &page);
    void end(Session &session, const Page &last);
    void showPart(Session &session);
    qint64 defaultLimit() const { return isSlow() ? 100 : 1000; }
    bool wantsMore(const Page &page) const;

    Qombu::RowQuery m_query;
    qint64 m_limit = 0; // rows
    bool m_isAll = false;
    bool m_isFirstPage = true; // of the broker's, not of this call
    qint64 m_shown = 0;
    qint64 m_count = -1; // as the first page told
    bool m_hasToldRates = false;
    bool m_hasChanged = false; // while it was read
    QTimer m_patience; // with all pages: until the next one
    std::vector<Row> m_rows; // where a table is made of them: cells only
    QSet<QString> m_told;
};
