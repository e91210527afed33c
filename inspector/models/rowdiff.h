// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qlist.h>

namespace Qombu::Inspector {

// Turns one sorted list into another by the fewest runs of inserted, removed and changed rows, so
// that selections survive. Key: row → something with operator<. The model is told about each run:
//   beginRemove(first, last) / endRemove(), beginInsert(first, last) / endInsert(), changed(first,
//   last)
template<typename Row, typename Key, typename Model>
void updateRows(QList<Row> &rows, const QList<Row> &wanted, Key key, Model &&model)
{
    qsizetype at = 0; // in rows
    qsizetype from = 0; // in wanted
    qsizetype firstChanged = -1;
    const auto flushChanged = [&] {
        if (firstChanged >= 0)
            model.changed(int(firstChanged), int(at) - 1);
        firstChanged = -1;
    };
    while (at < rows.size() || from < wanted.size()) {
        qsizetype end = at;
        while (end < rows.size() && (from >= wanted.size() || key(rows[end]) < key(wanted[from])))
            ++end;
        if (end > at) {
            flushChanged();
            model.beginRemove(int(at), int(end) - 1);
            rows.erase(rows.begin() + at, rows.begin() + end);
            model.endRemove();
            continue;
        }
        end = from;
        while (end < wanted.size() && (at >= rows.size() || key(wanted[end]) < key(rows[at])))
            ++end;
        if (end > from) {
            flushChanged();
            const qsizetype count = end - from;
            model.beginInsert(int(at), int(at + count) - 1);
            rows.insert(at, count, Row());
            std::copy(wanted.begin() + from, wanted.begin() + end, rows.begin() + at);
            model.endInsert();
            at += count;
            from = end;
            continue;
        }
        if (!(rows[at] == wanted[from])) {
            rows[at] = wanted[from];
            if (firstChanged < 0)
                firstChanged = at;
            ++at;
        } else {
            flushChanged();
            ++at;
        }
        ++from;
    }
    flushChanged();
}

} // namespace Qombu::Inspector
