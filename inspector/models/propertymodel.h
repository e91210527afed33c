// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qvariant.h>

#include <memory>
#include <vector>

namespace Qombu::Inspector {

// Names and values as a tree: properties, headers, whatever a QVariantMap holds.
class PropertyModel : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Column { NameColumn, ValueColumn, TypeColumn, ColumnCount };
    using Entries = QList<QPair<QString, QVariant>>;

    explicit PropertyModel(QObject *parent = nullptr);
    ~PropertyModel() override;

    void setEntries(const Entries &entries); // in this order
    void setMap(const QVariantMap &map);

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &child) const override;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Node
    {
        QString name;
        QVariant value;
        Node *parent = nullptr;
        int row = 0;
        std::vector<std::unique_ptr<Node>> children;
    };

    void fill(Node *node, const Entries &entries, int depth);
    const Node *node(const QModelIndex &index) const;

    std::unique_ptr<Node> m_root;
};

} // namespace Qombu::Inspector
