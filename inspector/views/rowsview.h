// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/fieldtablemodel.h"
#include "views/pagedtable.h"

namespace Qombu::Inspector {

// A PagedTable of one kind of record: what it asks, and the columns that it shows.
template<typename Row>
class RowsView : public PagedTable
{
public:
    using Answer = std::function<void(const Result<RowPage<Row>> &)>;
    // Asks for the page; context: whoever it is that the answer must find alive.
    using Read = std::function<void(const RowQuery &, QObject *context, const Answer &)>;

    RowsView(BrokerSession *session, const TableShape<Row> &shape, const Texts &texts, Read read)
        : PagedTable(session, texts)
        , m_model(shape)
        , m_read(std::move(read))
    {
        QStringList samples;
        for (const Field<Row> &field : shape.fields)
            samples.append(field.sample);
        setModel(&m_model, samples);
    }

    const FieldTableModel<Row> &model() const { return m_model; }

protected:
    void ask(const Question::Done &done) override
    {
        m_read(query(), this, [this, done, asked = asked()](const Result<RowPage<Row>> &result) {
            if (!isLate(asked))
                result ? take(*result) : showError(result.error());
            done();
        });
    }

private:
    void take(const RowPage<Row> &page)
    {
        m_model.setWhyUnknown(whyUnknown(page.gaps));
        m_model.setRows(page.rows);
        PageFacts facts;
        facts.takenAt = page.takenAt;
        facts.rows = page.rows.size();
        facts.count = page.count;
        facts.cursor = page.cursor;
        facts.truncated = page.truncated;
        facts.gaps = page.gaps;
        if constexpr (requires(const Row &row) { row.rates; }) {
            for (const Row &row : page.rows)
                facts.ratesOver = std::max(facts.ratesOver, row.rates.over);
        }
        showPage(facts);
    }

    FieldTableModel<Row> m_model;
    const Read m_read;
};

} // namespace Qombu::Inspector
