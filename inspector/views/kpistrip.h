// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/countsum.h"
#include "views/theme.h"

class QHBoxLayout;

namespace Qombu::Inspector {

// A row of large numbers with small captions.
class KpiStrip : public QWidget
{
    Q_OBJECT
public:
    explicit KpiStrip(const QStringList &captions, QWidget *parent = nullptr);

    void setValue(int index, const QString &value, const QString &toolTip = {});
    // Negative: not known, and why.
    void setCount(int index, qint64 value, const QString &whyNot = {});
    void setSum(int index, const CountSum &sum);
    void setShown(int index, bool shown); // this number is one that the broker has
    void setStale(bool stale);

private:
    QList<PlainLabel *> m_values;
    QStringList m_captions;
};

} // namespace Qombu::Inspector
