// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtWidgets/qlayout.h>

#include <memory>
#include <vector>

namespace Qombu::Inspector {

// Puts its items side by side, in as many lines as their width needs: none is ever cut.
class FlowLayout : public QLayout
{
public:
    explicit FlowLayout(int gap, QWidget *parent = nullptr); // between two items of a line
    ~FlowLayout() override;

    void addItem(QLayoutItem *item) override;
    int count() const override { return int(m_items.size()); }
    QLayoutItem *itemAt(int index) const override;
    QLayoutItem *takeAt(int index) override;
    Qt::Orientations expandingDirections() const override { return {}; }
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override { return place({0, 0, width, 0}, false); }
    void setGeometry(const QRect &rect) override;
    QSize sizeHint() const override; // in one line
    QSize minimumSize() const override; // of the widest

private:
    int place(const QRect &rect, bool isMeant) const; // the height that it takes

    std::vector<std::unique_ptr<QLayoutItem>> m_items;
    int m_gap;
};

} // namespace Qombu::Inspector
