// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/modelroles.h"
#include "models/rowdiff.h"

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qhash.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <vector>

namespace Qombu::Inspector {

// A table over a list of plain records that is replaced from time to time: new and old list are
// compared, and views are told about the rows that came, went and changed.
template<typename Row>
class RowTableModel : public QAbstractTableModel
{
public:
    using QAbstractTableModel::QAbstractTableModel;

    const QList<Row> &rows() const { return m_rows; }
    const Row &row(int number) const { return m_rows[number]; }

    int rowCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : int(m_rows.size());
    }

protected:
    // wanted is sorted by key.
    template<typename Key>
    void replaceRows(const QList<Row> &wanted, Key key)
    {
        struct Teller
        {
            RowTableModel *model;
            void beginRemove(int first, int last) { model->beginRemoveRows({}, first, last); }
            void endRemove() { model->endRemoveRows(); }
            void beginInsert(int first, int last) { model->beginInsertRows({}, first, last); }
            void endInsert() { model->endInsertRows(); }
            void changed(int first, int last)
            {
                Q_EMIT model->dataChanged(model->index(first, 0),
                                          model->index(last, model->columnCount() - 1));
            }
        };
        updateRows(m_rows, wanted, key, Teller{this});
    }

    // The same for rows in any order, which is kept; key: row → text. Selections follow their rows.
    template<typename Key>
    void replaceInOrder(const QList<Row> &wanted, Key key)
    {
        const auto places = placesOf(wanted, key);
        if (places.size() != wanted.size() || placesOf(m_rows, key).size() != m_rows.size()) {
            this->beginResetModel(); // several rows of one key: which is which nobody knows
            m_rows = wanted;
            this->endResetModel();
            return;
        }
        if (runsOf(m_rows, [&](const Row &row) { return !places.contains(key(row)); }) > MostRuns)
            reorder(places, key); // all that go are last now
        removeAllBut(places, key);
        reorder(places, key);
        insertMissing(wanted, places, key);
        announceChanges(wanted);
    }

    QList<Row> m_rows;

private:
    using Places = QHash<QString, int>;
    static constexpr int MostRuns = 50; // each moves all rows behind it, and views lay out again

    // How many stretches of rows there are that all are so.
    template<typename Condition>
    static int runsOf(const QList<Row> &rows, Condition isSo)
    {
        int runs = 0;
        bool wasSo = false;
        for (const Row &row : rows) {
            const bool is = isSo(row);
            runs += is && !wasSo;
            wasSo = is;
        }
        return runs;
    }

    template<typename Key>
    static Places placesOf(const QList<Row> &rows, Key key)
    {
        Places places;
        places.reserve(rows.size());
        for (const Row &row : rows)
            places.insert(key(row), int(places.size()));
        return places;
    }

    template<typename Key>
    void removeAllBut(const Places &places, Key key)
    {
        for (auto last = int(m_rows.size()) - 1; last >= 0; --last) {
            if (places.contains(key(m_rows[last])))
                continue;
            int first = last;
            while (first > 0 && !places.contains(key(m_rows[first - 1])))
                --first;
            this->beginRemoveRows({}, first, last);
            m_rows.remove(first, last - first + 1);
            this->endRemoveRows();
            last = first;
        }
    }

    template<typename Key>
    void reorder(const Places &places, Key key)
    {
        std::vector<int> order(size_t(m_rows.size()));
        std::iota(order.begin(), order.end(), 0);
        std::vector<int> wanted(order.size());
        for (size_t i = 0; i < wanted.size(); ++i)
            wanted[i] = places.value(key(m_rows[qsizetype(i)]), int(places.size()));
        const auto before = [&](int a, int b) { return wanted[size_t(a)] < wanted[size_t(b)]; };
        if (std::is_sorted(order.cbegin(), order.cend(), before))
            return;
        Q_EMIT this->layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
        std::sort(order.begin(), order.end(), before);
        QList<Row> rows;
        std::vector<int> now(order.size());
        for (const int old : order) {
            now[size_t(old)] = int(rows.size());
            rows.append(m_rows[old]);
        }
        m_rows = rows;
        const QModelIndexList indexes = this->persistentIndexList();
        QModelIndexList moved;
        for (const QModelIndex &index : indexes)
            moved.append(this->index(now[size_t(index.row())], index.column()));
        this->changePersistentIndexList(indexes, moved);
        Q_EMIT this->layoutChanged({}, QAbstractItemModel::VerticalSortHint);
    }

    template<typename Key>
    void insertMissing(const QList<Row> &wanted, const Places &places, Key key)
    {
        const Places known = placesOf(m_rows, key);
        const auto isMissing = [&](const Row &row) { return !known.contains(key(row)); };
        if (runsOf(wanted, isMissing) > MostRuns) {
            this->beginInsertRows({}, int(m_rows.size()), int(wanted.size()) - 1);
            std::copy_if(wanted.cbegin(), wanted.cend(), std::back_inserter(m_rows), isMissing);
            this->endInsertRows();
            return reorder(places, key);
        }
        const auto stands = [&](qsizetype at, qsizetype from) {
            return at < m_rows.size() && key(m_rows[at]) == key(wanted[from]);
        };
        for (qsizetype at = 0; at < wanted.size(); ++at) {
            qsizetype end = at;
            while (end < wanted.size() && !stands(at, end))
                ++end;
            if (end == at)
                continue;
            this->beginInsertRows({}, int(at), int(end) - 1);
            m_rows = m_rows.mid(0, at) + wanted.mid(at, end - at) + m_rows.mid(at);
            this->endInsertRows();
            at = end - 1;
        }
    }

    void announceChanges(const QList<Row> &wanted)
    {
        for (int first = 0; first < wanted.size(); ++first) {
            int end = first;
            while (end < wanted.size() && !(m_rows[end] == wanted[end])) {
                m_rows[end] = wanted[end];
                ++end;
            }
            if (end == first)
                continue;
            Q_EMIT this->dataChanged(this->index(first, 0),
                                     this->index(end - 1, this->columnCount() - 1));
            first = end;
        }
    }
};

} // namespace Qombu::Inspector
